//! Files that are not there, and places that cannot be written: one line that names the place.

use crate::{
    program::{example, golden, guitu},
    table::Folder,
    triage::Triage,
};

fn triage() -> Triage {
    Triage::of(&example("dirty")).with("--lang", "en")
}

/// `FOLDER` stands for where the test's own files are.
#[track_caller]
fn check<const N: usize>(folder: &Folder, runs: [Triage; N], expected: &str) {
    let told = runs.map(|it| {
        let outcome = it.run();
        assert_eq!((outcome.code, outcome.out.as_str()), (1, ""), "{}", outcome.told());
        assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.told());
        outcome.err.replace(folder.path().to_str().unwrap(), "FOLDER")
    });
    golden(expected).assert_eq(&told.concat());
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new();
    let none = || folder.at("none.csv");
    folder.write("orders/inside", "");
    let runs = [
        triage().file("orders", none()),
        triage().file("refunds", none()),
        triage().file("tracks", none()),
        Triage::of(&example("dirty")).file("orders", none()),
        triage().file("orders", folder.at("orders")),
    ];
    check(&folder, runs, "places/not-there.txt");
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new();
    let nowhere = |name: &str| folder.at("nowhere").join(name);
    let out = |format, name| triage().with("--format", format).with("--out", nowhere(name));
    let runs = [out("json", "out.json"), out("table", "out.txt")];
    check(&folder, runs, "places/not-written.txt");
    for (triage, place) in [
        (out("xlsx", "out.xlsx"), "out.xlsx"),
        (triage().with("--rejected", nowhere("rejected.csv")), "rejected.csv"),
    ] {
        let outcome = triage.run().expect(1);
        assert!(outcome.err.contains(&format!("nowhere/{place}: cannot be")), "{}", outcome.err);
    }
}

#[test]
fn databases_that_are_none() {
    let folder = Folder::new();
    folder.write("orders.db", "订单编号,买家实际支付金额\n");
    let runs = [folder.at("orders.db"), folder.at("nowhere/orders.db"), folder.path().to_owned()];
    check(&folder, runs.map(|it| triage().with("--db", it)), "places/databases.txt");
}

#[test]
fn what_no_pack_or_channel_is_called() {
    let folder = Folder::new();
    let runs = [
        triage().with("--pack", "none"),
        triage().with("--packs", folder.at("none")),
        triage().with("--channel", "amazon"),
        triage().with("--format", "xlsx"),
    ];
    check(&folder, runs, "places/names.txt");
}

#[test]
fn wrong_usage_is_another_matter() {
    for arguments in [&["triage"][..], &["triage", "--orders"], &["triag"], &["explain"], &[]] {
        let outcome = guitu(arguments.iter().copied()).expect(2);
        assert!(outcome.err.contains("--help") || outcome.err.contains("Usage"), "{}", outcome.err);
    }
    for format in ["pdf", "JSON"] {
        triage().with("--format", format).run().expect(2);
    }
    triage().with("--lang", "fr").run().expect(2);
}
