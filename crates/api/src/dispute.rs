//! The dispute pack of a case: one ZIP that convinces a marketplace without us.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom},
};

use ::evidence::{
    Evidence,
    pack::{Chain, ChainState, Facts, PackError, Weight, build},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use codec::Flaw;
use futures_util::stream;
use kernel::{ActorId, DossierKey};
use people::{Permission, UserId};
use store::{EntryRow, Recorded, Seal, Version, Wanted};
use tokio::io::AsyncReadExt as _;

use crate::{
    App, Problem,
    app::Known,
    caller::Caller,
    evidence::{AttachmentName, Binary, disk_full},
    receipts,
    wire::CasePath,
};

/// How much of the file is read at once on its way out, in bytes.
const PIECE: usize = 256 << 10;

/// Download the dispute pack of a case
///
/// A ZIP with a page that prints well, the originals of all evidence, the journal with its seals,
/// and a manifest with hashes. `guitu evidence verify` checks it anywhere. Needs the permission
/// `export`, and is written into the audit trail.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/dispute-pack",
    operation_id = "readDisputePack",
    tag = "evidence",
    params(CasePath),
    responses(
        (status = 200, body = Binary, content_type = "application/zip"),
        (status = 507, description = "The disk is full.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read_dispute_pack(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Export).await?;
    let asked = path.clone();
    let gathered = app.run(move |app| gather(app, &asked)).await?;
    let listed = app.evidence().list(&path.shop, &path.case_ref()).await?;
    let evidence: Vec<Evidence> = listed.into_iter().map(without_receipts).collect();
    let _turn = app.turn_to_pack().await?;
    let about = ("dispute-pack".to_owned(), format!("{}/{}", path.order, path.case));
    app.note(caller.note(&path.shop, about, None, None)).await?;
    let made_by = caller.principal().actor();
    let facts = Facts {
        dossier: &path.dossier(),
        body: &gathered.known.body,
        case: gathered.known.case(&path)?,
        pack: &gathered.known.pack,
        sender: views::reply::Sender::default(),
        people: &gathered.people,
        history: &gathered.history,
        chain: &gathered.chain,
        entries: &gathered.entries,
        evidence: &evidence,
        weights: &gathered.weights,
        made_at: app.now(),
        made_by: &made_by,
    };
    let file = tempfile::tempfile().map_err(::evidence::Failure::from)?;
    let (writer, _) = build(app.evidence(), &facts, BufWriter::new(file)).await?;
    let name = format!("dispute-{}-{}.zip", path.order, path.case);
    streamed(writer, name).await
}

/// What a pack says of a case, as it was read at one moment.
struct Gathered {
    known: Known,
    history: Vec<Recorded>,
    entries: Vec<EntryRow>,
    chain: Chain,
    people: BTreeMap<ActorId, String>,
    weights: Vec<Weight>,
}

/// Blocks.
fn gather(app: &App, path: &CasePath) -> Result<Gathered, Problem> {
    let key = path.dossier();
    let known = app.read(&key)?;
    known.case(path)?;
    let database = app.database();
    let history = database.history(&key, Version(0), usize::MAX)?;
    let command = kernel::CommandKey::lossy("read");
    let wanted = Wanted { dossier: key.clone(), command };
    let last = database.load(&[wanted])?.pop().and_then(|it| it.seal);
    let people = names(app, &history)?;
    Ok(Gathered {
        entries: database.entries(&key)?,
        chain: chain(&key, &history, last),
        weights: receipts::weights(app, path)?,
        known,
        history,
        people,
    })
}

/// The seals of a journal, and whether they are right. `last` is what the dossier says its last
/// seal is.
pub(crate) fn chain(key: &DossierKey, history: &[Recorded], last: Option<Seal>) -> Chain {
    let seals = history.iter().map(|it| it.seal.map(|it| it.to_string())).collect();
    let state = match engine::verify(key, history) {
        Err(broken) => {
            ChainState::Broken { version: broken.version, why: in_chinese(broken.flaw).to_owned() }
        }
        Ok(chain) if chain.last != last.map(|it| it.0) => {
            let n_commits = u64::try_from(history.len()).unwrap_or(u64::MAX);
            let version = n_commits.saturating_add(1);
            ChainState::Broken { version, why: in_chinese(Flaw::Missing).to_owned() }
        }
        Ok(chain) if chain.n_sealed == 0 => ChainState::Unsealed,
        Ok(_) => ChainState::Whole,
    };
    Chain { state, seals }
}

/// The page is in Chinese: it is for marketplaces.
fn in_chinese(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Missing => "记录缺失",
        Flaw::Unsealed => "封印丢失",
        Flaw::Altered => "内容与封印不符",
    }
}

/// What the people behind a journal are called. Machines and buyers keep their codes.
fn names(app: &App, history: &[Recorded]) -> Result<BTreeMap<ActorId, String>, Problem> {
    let console = app.people().console();
    let actors: BTreeSet<&ActorId> = history.iter().map(|it| &it.actor).collect();
    let mut names = BTreeMap::new();
    for actor in actors {
        let id = actor.as_str().strip_prefix("user-").and_then(|it| it.parse::<UserId>().ok());
        let Some(id) = id else { continue };
        if let Some(user) = app.people().user(&console, &id)? {
            names.insert(actor.clone(), user.name);
        }
    }
    Ok(names)
}

/// That a photo came with a parcel nobody had announced is no earlier use of it.
fn without_receipts(mut it: Evidence) -> Evidence {
    it.duplicate_of = it.duplicate_of.filter(|it| !receipts::is_of_receipt(&it.case));
    it
}

/// The file from its beginning; it is gone from the disk when the answer is.
async fn streamed(writer: BufWriter<File>, name: String) -> Result<Response, Problem> {
    let rewound = tokio::task::spawn_blocking(move || {
        let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let n_bytes = file.metadata()?.len();
        file.seek(SeekFrom::Start(0))?;
        Ok::<_, std::io::Error>((file, n_bytes))
    });
    let rewound = rewound.await.map_err(::evidence::Failure::from)?;
    let (file, n_bytes) = rewound.map_err(::evidence::Failure::from)?;
    let pieces = stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        let piece = Bytes::from(piece);
        Ok::<_, std::io::Error>((0 < read).then_some((piece, file)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(n_bytes));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, AttachmentName::of_download(name).header());
    Ok(response)
}

impl From<PackError> for Problem {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Failed(failure) => failure.into(),
            PackError::Write(error) if is_full(&error) => disk_full(),
            PackError::Zip(zip_error) if has_full(&zip_error) => disk_full(),
            error @ (PackError::Write(_)
            | PackError::Zip(_)
            | PackError::Events { .. }
            | PackError::Manifest(_)) => Self::internal(&error),
        }
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

fn has_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(is_full) {
            return true;
        }
        cause = error.source();
    }
    false
}
