//! Files that an older release has written.

use kernel::{ActorId, Bucket, CommandKey, DossierKey, OrderNo, Timestamp, WorkerId};
use rusqlite::Connection;
use store::{
    Beat, Copies, Draft, Epoch, Feed, Leases, RecordChange, RecordKey, Records, Store, TermKind,
    Version, Wanted,
};

use super::Place;
use crate::schema;

/// One for each schema but the present one: what it held, written with its own statements.
const FIXTURES: [&str; 2] =
    [include_str!("../../fixtures/schema-1.sql"), include_str!("../../fixtures/schema-2.sql")];

#[test]
fn each_older_schema_has_a_fixture() {
    assert_eq!(FIXTURES.len() + 1, schema::MIGRATIONS.len());
}

#[test]
fn a_file_of_an_older_schema_is_brought_up_to_date_and_keeps_everything() {
    let key = DossierKey::new("demo".parse().unwrap(), OrderNo::new("1").unwrap());
    let bucket = key.bucket().number();
    for (number, fixture) in (1..).zip(FIXTURES) {
        let place = Place::new();
        let file = Connection::open(&place.path).unwrap();
        for migration in &schema::MIGRATIONS[..number] {
            file.execute_batch(migration).unwrap();
        }
        file.execute_batch(&fixture.replace("512", &bucket.to_string())).unwrap();
        drop(file);

        let store = place.open();
        let wanted = Wanted { dossier: key.clone(), command: CommandKey::new("a").unwrap() };
        let loaded = store.load(&[wanted]).unwrap();
        let answered = loaded[0].answered.clone().unwrap();
        assert_eq!((answered.fingerprint, &*answered.answer), (u64::MAX, "answer to a"));
        let [dump] = store.dump(std::slice::from_ref(&key)).unwrap().try_into().unwrap();
        assert_eq!((dump.version, dump.state), (Version(2), vec![1, 2]));
        // Nobody sealed it then, and nobody makes believe.
        assert!(dump.journal.iter().all(|(it, _)| it.seal.is_none()));
        assert_eq!((loaded[0].seal, dump.seal, store.feed_end().unwrap()), (None, None, 0));
        let journal: Vec<&str> = dump.journal.iter().map(|(it, _)| &*it.events).collect();
        assert_eq!(journal, ["events of a", "events of b"]);
        assert_eq!((&*dump.cases[0].status, &*dump.tasks[0].role), ("asked", "warehouse"));
        assert_eq!(dump.timers[0].at.epoch_seconds(), 20);
        assert_eq!((&*dump.effects[0].0.body, dump.effects[0].1), ("body of e", 2));
        let amounts: Vec<i64> = dump.entries.iter().map(|it| it.amount).collect();
        assert_eq!(amounts, [500, -500]);
        let findings = store.findings(None, 9).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].term.kind, TermKind::Buyer);
        let agent = ActorId::new("agent-7").unwrap();
        assert_eq!(store.spent(&key.shop, &agent, 3).unwrap(), 500);
        assert_eq!(store.documents("pack").unwrap()[0].body, "body");

        let now = Timestamp::from_epoch_seconds(0);
        let worker = WorkerId::new("w").unwrap();
        let beat = Beat { worker, now, until: Timestamp::from_epoch_seconds(9) };
        let leases = store.beat(&beat).unwrap().leases;
        assert_eq!(leases.len(), usize::from(Bucket::COUNT));
        // Schema 1 knows of no owner before.
        let epoch = if number == 1 { Epoch(1) } else { Epoch(4) };
        assert_eq!(leases.get(&key.bucket()), Some(&epoch));

        let (key, marks) = (RecordKey::of_all("user", "ann"), [String::from("mark")].into());
        let draft = Draft { key, rank: 0, marks, body: String::new() };
        assert!(store.write_records(&[RecordChange::Put { draft, expected: None }]).unwrap());
    }
}
