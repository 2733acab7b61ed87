//! Shops and keys for programs that try the service from outside.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::{Context, Result};
use kernel::{Choice as _, ShopId};
use people::{
    BuyerKey, BuyerKeys, Matrix, NewKey, People, Permission, Permissions, Position, Principal,
    Setup, Shop, ShopStatus,
};
use store_sqlite::SqliteStore;

use crate::clock;

/// Keys by shop and position.
type Keys = BTreeMap<String, BTreeMap<&'static str, String>>;

/// Makes the shops in the database of a data folder, beside a service that may be using it.
pub(super) fn make(data: &Path, shops: &[String]) -> Result<Keys> {
    std::fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    let database = Arc::new(SqliteStore::open(&data.join("guitu.db"))?);
    // Signs links to buyers, of which none are made here.
    let unused = BuyerKey::new("unused", vec![0; 32])?;
    let setup = Setup {
        settings: people::Settings::default(),
        matrix: Matrix::built_in()?,
        buyer_keys: BuyerKeys::new(unused, Vec::new())?,
    };
    let people = People::new(database, Arc::new(clock::now), setup)?;
    let console = people.console();
    let mut keys = Keys::new();
    for name in shops {
        let id: ShopId = name.parse().with_context(|| format!("`{name}` is no name for a shop"))?;
        let shop = Shop {
            id: id.clone(),
            name: name.clone(),
            channel: "tmall".to_owned(),
            pack: "base".to_owned(),
            status: ShopStatus::Open,
        };
        people.make_shop(&console, &shop)?;
        let of_shop = keys.entry(name.clone()).or_default();
        for position in Position::ALL.iter().copied().filter(|it| it.role().is_some()) {
            of_shop.insert(position.code(), key(&people, &console, (&id, position))?);
        }
    }
    Ok(keys)
}

/// A key that may do all that a machine in the position may.
fn key(people: &People, by: &Principal, (shop, position): (&ShopId, Position)) -> Result<String> {
    let for_people = [Permission::ManageKeys, Permission::ManageUsers, Permission::Platform];
    let allowed = people.matrix().permissions(position);
    let allowed = allowed.iter().filter(|it| !for_people.contains(it));
    let wanted = NewKey {
        shop,
        name: position.code(),
        position,
        scopes: allowed.fold(Permissions::NONE, Permissions::with),
        until: None,
    };
    let (_, secret) = people.make_key(by, &wanted)?;
    Ok(secret.reveal().to_owned())
}
