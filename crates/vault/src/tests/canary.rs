//! Two hundred people are kept, and then everything that was written is searched for them.

use super::support::{House, actor, order, person, shop};
use crate::{Quota, Subject};

const N_PEOPLE: usize = 200;

#[test]
fn nothing_plain_is_written() {
    let house = House::new();
    let mut canaries = Vec::new();
    for nth in 0..N_PEOPLE {
        let said = [
            format!("慕容{}", char::from_u32(0x5e00 + u32::try_from(nth).unwrap()).unwrap()),
            format!("138{:08}", 10_203_040 + nth * 7919),
            format!("浙江省杭州市西湖区文三路{nth}号金丝雀大厦"),
            format!("canary_{nth}_account"),
        ];
        let known = if nth % 5 == 0 { "-" } else { &said[3] };
        let personal = person([&said[0], &said[1], &said[2], known]);
        house.vault.keep(&shop(), &order(&format!("o{nth}")), &personal).unwrap();
        canaries.extend([said[0].clone(), said[1][3..].to_owned(), said[3].clone()]);
    }
    canaries.extend(["慕容", "文三路", "西湖", "浙江", "canary"].map(str::to_owned));
    let subject = Subject::BuyerOf(order("o7"));
    house.vault.erase(&shop(), &subject, &actor("owner")).unwrap();
    Quota::new(house.records.clone()).take(&actor("agent"), &shop(), 1, 5).unwrap();

    let records = [house.all("data-key", ""), house.all("personal", "shop-a")].concat();
    assert_eq!(records.len(), 2 * N_PEOPLE);
    for record in records {
        // Base64 of what was not sealed would be no better.
        let written = format!("{record:?}");
        for canary in &canaries {
            let hidden = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, canary);
            let hidden = hidden.trim_end_matches('=');
            let hidden = &hidden[..hidden.len() - 1];
            assert!(!written.contains(canary.as_str()), "`{canary}` in {written}");
            assert!(hidden.len() < 6 || !written.contains(hidden), "`{canary}` in {written}");
        }
    }
}

/// Equal facts of two buyers look different, and so do those of one buyer's two orders.
#[test]
fn no_two_sealed_texts_are_equal() {
    let house = House::new();
    for number in ["1", "2"] {
        house.vault.keep(&shop(), &order(number), &super::support::zhang()).unwrap();
    }
    let (one, two) = (house.personal("1").body, house.personal("2").body);
    let texts =
        |body: &str| body.split('"').filter(|it| 30 < it.len()).map(str::to_owned).collect();
    let (one, two): (Vec<String>, Vec<String>) = (texts(&one), texts(&two));
    assert_eq!(one.len(), 4);
    assert!(one.iter().all(|it| !two.contains(it)));
}
