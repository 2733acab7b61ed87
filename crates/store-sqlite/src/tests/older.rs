//! Files that an older release has written.

use expect_test::expect;
use kernel::{ActorId, Bucket, CommandKey, DossierKey, OrderNo, Timestamp, WorkerId};
use rusqlite::Connection;
use store::{Beat, Copies, Leases, Store, TermKind, Wanted};

use super::Place;
use crate::schema;

/// One for each schema but the present one: what it held, written with its own statements.
const FIXTURES: [&str; 1] = [include_str!("../../fixtures/schema-1.sql")];

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
        let dump = store.dump(std::slice::from_ref(&key)).unwrap();
        expect![[r#"
            [
                Dump {
                    dossier: DossierKey {
                        shop: ShopId(demo),
                        order: OrderNo(1),
                    },
                    version: Version(
                        2,
                    ),
                    state: [
                        1,
                        2,
                    ],
                    journal: [
                        (
                            Recorded {
                                version: Version(
                                    1,
                                ),
                                at: Timestamp(
                                    1000,
                                ),
                                actor: ActorId(agent-7),
                                command: CommandKey(a),
                                events: "events of a",
                            },
                            Answered {
                                fingerprint: 18446744073709551615,
                                answer: "answer to a",
                            },
                        ),
                        (
                            Recorded {
                                version: Version(
                                    2,
                                ),
                                at: Timestamp(
                                    1001,
                                ),
                                actor: ActorId(agent-7),
                                command: CommandKey(b),
                                events: "events of b",
                            },
                            Answered {
                                fingerprint: 7,
                                answer: "answer to b",
                            },
                        ),
                    ],
                    cases: [
                        CaseRow {
                            case: CaseNo(c),
                            status: "asked",
                            open: true,
                            rank: 5,
                            opened_at: Timestamp(
                                1000,
                            ),
                            body: "body of c",
                        },
                    ],
                    tasks: [
                        TaskRow {
                            task: TaskId(t),
                            case: Some(
                                CaseNo(c),
                            ),
                            kind: "inspect",
                            role: "warehouse",
                            due: Timestamp(
                                9,
                            ),
                            rank: 5,
                            body: "body of t",
                        },
                    ],
                    timers: [
                        TimerRow {
                            timer: TimerId(m),
                            at: Timestamp(
                                20,
                            ),
                        },
                    ],
                    effects: [
                        (
                            EffectRow {
                                effect: "e",
                                kind: "refund",
                                due: Timestamp(
                                    10,
                                ),
                                body: "body of e",
                            },
                            2,
                        ),
                    ],
                    entries: [
                        EntryRow {
                            posting: 1,
                            position: 1,
                            at: Timestamp(
                                1000,
                            ),
                            case: Some(
                                CaseNo(c),
                            ),
                            account: "refunds",
                            tender: "cash",
                            amount: 500,
                        },
                        EntryRow {
                            posting: 1,
                            position: 2,
                            at: Timestamp(
                                1000,
                            ),
                            case: Some(
                                CaseNo(c),
                            ),
                            account: "owed-to-buyer",
                            tender: "cash",
                            amount: -500,
                        },
                    ],
                },
            ]
        "#]]
        .assert_debug_eq(&dump);
        let findings = store.findings(None, 9).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].term.kind, TermKind::Buyer);
        let agent = ActorId::new("agent-7").unwrap();
        assert_eq!(store.spent(&key.shop, &agent, 3).unwrap(), 500);
        assert_eq!(store.documents("pack").unwrap()[0].body, "body");

        let now = Timestamp::from_epoch_seconds(0);
        let worker = WorkerId::new("w").unwrap();
        let beat = Beat { worker, now, until: Timestamp::from_epoch_seconds(9) };
        assert_eq!(store.beat(&beat).unwrap().leases.len(), usize::from(Bucket::COUNT));
    }
}
