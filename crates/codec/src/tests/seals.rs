//! What a seal is over, and what is noticed.

use kernel::{ActorId, CommandKey, DossierKey, OrderNo, Timestamp};

use crate::{Link, Sealed, seal, verify};

/// One commit of a history, as it can be tampered with.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Told {
    dossier: DossierKey,
    version: u64,
    at: i64,
    actor: ActorId,
    command: CommandKey,
    events: String,
    seal: Option<[u8; 32]>,
}

impl Told {
    fn commit(&self) -> Sealed<'_> {
        Sealed {
            dossier: &self.dossier,
            version: self.version,
            at: Timestamp::from_epoch_seconds(self.at),
            actor: &self.actor,
            command: &self.command,
            events: &self.events,
        }
    }
}

fn told(version: u64, at: i64, actor: &str, command: &str, events: &str) -> Told {
    Told {
        dossier: DossierKey::new("归途小店".parse().unwrap(), OrderNo::new("A1").unwrap()),
        version,
        at,
        actor: ActorId::new(actor).unwrap(),
        command: CommandKey::new(command).unwrap(),
        events: events.to_owned(),
        seal: None,
    }
}

/// Seals all but the first `n_unsealed`.
fn history(n_unsealed: usize) -> Vec<Told> {
    let mut history = vec![
        told(1, -5, "小王", "k1", r#"[{"event":"one"}]"#),
        told(2, 1_794_441_600, "system", "k2", "[]"),
        told(3, 1_794_441_600, "system", "k3", "[]"),
        told(4, 1_794_441_601, "system", "k4", "[]"),
    ];
    let mut last = None;
    for it in history.iter_mut().skip(n_unsealed) {
        last = Some(seal(last, &it.commit()));
        it.seal = last;
    }
    history
}

/// What there is to say about a history: counts, or what is broken.
fn checked(history: &[Told]) -> String {
    match verify(history.iter().map(|it| Link { commit: it.commit(), seal: it.seal })) {
        Ok(chain) => {
            assert_eq!(chain.last, history.last().and_then(|it| it.seal));
            format!("{} unsealed, {} sealed", chain.n_unsealed, chain.n_sealed)
        }
        Err(broken) => broken.to_string(),
    }
}

/// Computed by another program, from what the documents say.
#[test]
fn a_seal_is_what_the_documents_say() {
    let hexadecimal = |it: &Told| {
        let digits = it.seal.unwrap().map(|byte| format!("{byte:02x}"));
        digits.concat()
    };
    let history = history(0);
    assert_eq!(
        hexadecimal(&history[0]),
        "d4598246071eae888efbf84cbd2c69d271c62dffcb61094625330c4edb0614f1"
    );
    assert_eq!(
        hexadecimal(&history[1]),
        "62b53c581d1bcd3d84eae03c8cd7df522cafe4679a63c9e97e169bd17e2ea891"
    );
}

#[test]
fn a_history_that_nobody_touched_is_sound() {
    assert_eq!(checked(&[]), "0 unsealed, 0 sealed");
    assert_eq!(checked(&history(0)), "0 unsealed, 4 sealed");
    assert_eq!(checked(&history(2)), "2 unsealed, 2 sealed");
    assert_eq!(checked(&history(4)), "4 unsealed, 0 sealed");
}

#[test]
fn whatever_is_changed_is_noticed_where_it_was_changed() {
    let changes: [fn(&mut Told); 8] = [
        |it| it.dossier.order = OrderNo::new("A2").unwrap(),
        |it| it.dossier.shop = "归途".parse().unwrap(),
        |it| it.at += 1,
        |it| it.actor = ActorId::new("systen").unwrap(),
        |it| it.command = CommandKey::new("k").unwrap(),
        |it| it.events.push(' '),
        |it| it.events = String::new(),
        |it| it.seal.as_mut().unwrap()[31] ^= 1,
    ];
    for change in changes {
        for nth in 0..4 {
            let mut history = history(0);
            change(&mut history[nth]);
            assert_eq!(checked(&history), format!("commit {} is not what was sealed", nth + 1));
        }
    }
}

/// The end of one part is not the beginning of the next.
#[test]
fn what_is_moved_from_one_part_to_the_next_is_noticed() {
    let (left, right) = (told(1, 0, "ab", "c", "d"), told(1, 0, "a", "bc", "d"));
    assert_ne!(seal(None, &left.commit()), seal(None, &right.commit()));
    let (left, right) = (told(1, 0, "a", "b", "cd"), told(1, 0, "a", "bc", "d"));
    assert_ne!(seal(None, &left.commit()), seal(None, &right.commit()));
}

#[test]
fn commits_that_are_missing_or_in_another_order_are_noticed() {
    let whole = history(0);
    let mut history = whole.clone();
    history.remove(1);
    assert_eq!(checked(&history), "commit 2 is missing");
    history[1].version = 2;
    assert_eq!(checked(&history), "commit 2 is not what was sealed");
    let mut history = whole.clone();
    history.swap(1, 2);
    assert_eq!(checked(&history), "commit 2 is missing");
    (history[1].version, history[2].version) = (2, 3);
    assert_eq!(checked(&history), "commit 2 is not what was sealed");
    // Who knows the last seal notices this one.
    assert_eq!(checked(&whole[..3]), "0 unsealed, 3 sealed");
}

#[test]
fn a_seal_that_was_taken_off_is_noticed() {
    let mut history = history(1);
    history[2].seal = None;
    assert_eq!(checked(&history), "commit 3 has lost its seal");
    // The first of them: what follows does not stand on nothing.
    history[2].seal = history[1].seal.take();
    assert_eq!(checked(&history), "commit 3 is not what was sealed");
}
