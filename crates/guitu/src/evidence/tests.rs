//! A case with a photo, and everything somebody could have done to it.

use std::{fs, io::Write as _, path::PathBuf};

use ::evidence::{Limits, Source, Upload};
use dossier::{Command, facts::Fact};
use engine::{Config, Engine, Request, Shelf};
use futures_util::stream;
use kernel::{ActorId, CommandKey, EvidenceId, Zone};
use store::{Copies, Dump, Store};
use store_memory::MemoryStore;

use super::*;
use crate::{packs, workload};

struct Site {
    folder: tempfile::TempDir,
    database: Arc<MemoryStore>,
    archive: Archive,
    key: DossierKey,
    case: CaseNo,
    hash: Hash,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(MemoryStore::default());
        let content = Place::Folder(folder.path().to_path_buf()).open().unwrap();
        let clock = Arc::new(|| workload::START);
        let archive = Archive::new(database.clone(), content, clock.clone());
        let store: Arc<dyn Store> = database.clone();
        let shelf = Arc::new(Shelf::open(&*store).unwrap());
        shelf.publish(&*store, packs::pack("base", None).unwrap()).unwrap();
        let config = Config { automatic: false, ..Config::default() };
        let engine = Engine::start(store, clock, shelf, config).unwrap();
        let requests = workload::order(1, 1).unwrap();
        let actor = requests[0].actor.clone();
        for outcome in engine.execute_all(requests) {
            outcome.unwrap();
        }
        let (key, case) = (workload::dossier(1).unwrap(), CaseNo::lossy("C00000001-4"));
        let upload = Upload {
            shop: key.shop.clone(),
            case: CaseRef { order: key.order.clone(), case: case.clone() },
            by: ActorId::lossy("buyer"),
            source: Source::Buyer,
            name: "chat.txt".to_owned(),
            limits: Limits::default(),
            zone: Zone::CHINA,
        };
        let bytes = [Ok::<_, std::io::Error>("I no longer want it".into())];
        let hash = archive.take(upload, stream::iter(bytes)).await.unwrap().evidence.hash;
        let mut site = Self { folder, database, archive, key, case, hash };
        site.attach(&engine, &actor, hash.id().unwrap());
        site
    }

    fn attach(&mut self, engine: &Engine, actor: &dossier::command::Actor, evidence: EvidenceId) {
        let command =
            Command::AttachEvidence { case: self.case.clone(), evidence, shows: Fact::Photo };
        let request = Request {
            dossier: self.key.clone(),
            key: CommandKey::lossy("attach"),
            actor: actor.clone(),
            command,
            pack: "base".to_owned(),
        };
        engine.execute(request).unwrap();
    }

    async fn verified(&self) -> String {
        let told = async {
            let (case, n_commits, n_unsealed) = journal(&*self.database, &self.key, &self.case)?;
            let n_kept = contents(&self.archive, &self.key, &case).await?;
            anyhow::Ok(format!("{n_commits} commits, {n_unsealed} unsealed, {n_kept} kept"))
        };
        told.await.unwrap_or_else(|error| format!("{error:#}"))
    }

    fn original(&self) -> PathBuf {
        let name = self.hash.to_string();
        let shop = self.folder.path().join("kept").join(self.key.shop.as_str());
        shop.join(&name[..2]).join(name)
    }

    /// Puts a changed copy of everything there is in the place of what was written.
    fn tamper(&self, change: impl FnOnce(&mut Dump)) {
        let [mut dump] =
            self.database.dump(std::slice::from_ref(&self.key)).unwrap().try_into().unwrap();
        change(&mut dump);
        self.database.restore(&[dump]).unwrap();
    }
}

#[tokio::test]
async fn a_case_that_nobody_touched_is_sound() {
    let site = Site::new().await;
    assert_eq!(site.verified().await, "9 commits, 0 unsealed, 1 kept");
    let arguments = Arguments {
        what: site.case.to_string(),
        config: config::Sources::default(),
        data: None,
        db: None,
        shop: Some(site.key.shop.to_string()),
    };
    assert_eq!(
        found(&*site.database, &arguments, &site.case).unwrap(),
        std::slice::from_ref(&site.key)
    );
}

#[tokio::test]
async fn evidence_that_was_changed_or_taken_away_is_named() {
    let site = Site::new().await;
    fs::write(site.original(), "I still want it!!!!").unwrap();
    let damaged = format!("the content of evidence {} is damaged", site.hash);
    assert_eq!(site.verified().await, damaged);
    fs::remove_file(site.original()).unwrap();
    assert_eq!(site.verified().await, format!("no evidence {} is kept", site.hash));
}

#[tokio::test]
async fn a_journal_that_was_rewritten_tells_on_itself() {
    let site = Site::new().await;
    site.tamper(|it| {
        let events = &mut it.journal[2].0.events;
        *events = events.replacen("不想要了", "不想给了", 1);
    });
    assert_eq!(site.verified().await, "commit 3 is not what was sealed");
    let site = Site::new().await;
    site.tamper(|it| {
        it.journal.pop();
    });
    assert_eq!(site.verified().await, "the seal of the order is not that of its history");
}

#[test]
fn what_is_no_pack_is_said_to_be_none() {
    let mut file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
    file.write_all(b"PK, or so it says").unwrap();
    let error = of_pack(file.path()).unwrap_err();
    let told = format!("{error:#}");
    assert!(told.contains("the pack is no ZIP archive that can be read"), "{told}");
}
