//! Seals over histories as the store keeps them.

use codec::{Broken, Chain, Link, Sealed};
use kernel::DossierKey;
use store::{Commit, Recorded, Seal};

/// What a commit that is about to be written is sealed with.
pub(crate) fn seal(previous: Option<Seal>, commit: &Commit) -> Seal {
    let sealed = Sealed {
        dossier: &commit.dossier,
        version: commit.expected.0.saturating_add(1),
        at: commit.at,
        actor: &commit.actor,
        command: &commit.command,
        events: &commit.events,
    };
    Seal(codec::seal(previous.map(|it| it.0), &sealed))
}

/// Computes every seal of a dossier anew. `history` is the whole of it, oldest first; the last seal
/// should also be the dossier's own.
pub fn verify<'h>(
    dossier: &'h DossierKey,
    history: impl IntoIterator<Item = &'h Recorded>,
) -> Result<Chain, Broken> {
    codec::verify(history.into_iter().map(|it| Link {
        commit: Sealed {
            dossier,
            version: it.version.0,
            at: it.at,
            actor: &it.actor,
            command: &it.command,
            events: &it.events,
        },
        seal: it.seal.map(|it| it.0),
    }))
}
