//! Threads that work on jobs.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use super::{
    exporting::export,
    importing::{End, import},
    record::{Failure, Held, Work},
};
use crate::{App, Problem};

/// How long a thread sleeps that hears of nothing: so long a job of another process may wait.
const NAP: Duration = Duration::from_secs(1);

/// Wakes workers when there is something to do.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung = rung.wrapping_add(1);
        self.heard.notify_all();
    }

    fn wait(&self, seen: &mut u64) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.heard.wait_timeout_while(rung, NAP, |it| *it == *seen);
        *seen = *waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Says whether to stop; asked after each portion.
pub(crate) type Stopped<'a> = &'a dyn Fn() -> bool;

/// The threads. They are stopped, and waited for, when this is dropped.
#[derive(Debug)]
pub struct Workers {
    app: App,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts `n_threads`, each of which works on one job at a time.
    pub fn start(app: &App, n_threads: usize) -> std::io::Result<Self> {
        std::fs::create_dir_all(&app.settings().job_folder)?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = Self { app: app.clone(), stop, threads: Vec::new() };
        for _ in 0..n_threads {
            let (app, stop) = (app.clone(), Arc::clone(&workers.stop));
            let thread = Builder::new().name("jobs".to_owned());
            workers.threads.push(thread.spawn(move || work(&app, &stop))?);
        }
        Ok(workers)
    }

    /// Stops after the portions that are being worked on. What is not done yet is taken up again by
    /// whoever starts next.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.app.bell().ring();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that works on jobs had ended in a panic");
            }
        }
    }
}

fn work(app: &App, stop: &AtomicBool) {
    let mut seen = 0;
    let is_stopped = || stop.load(Ordering::Relaxed);
    while !is_stopped() {
        match work_one(app, &is_stopped) {
            Ok(true) => {}
            Ok(false) => app.bell().wait(&mut seen),
            Err(problem) => {
                tracing::warn!(code = problem.code(), "jobs cannot be worked on");
                app.bell().wait(&mut seen);
            }
        }
    }
}

/// Works on one job, if there is one to work on. Blocks.
pub(crate) fn work_one(app: &App, stopped: Stopped<'_>) -> Result<bool, Problem> {
    let Some(mut held) = Held::take(app)? else { return Ok(false) };
    if held.is_given_up() {
        let failure = Failure::new(
            "given-up",
            "多次尝试都没有成功，已停止；请联系管理员查看日志",
            "it was tried many times and failed each time; whoever runs the service finds more \
             in the log",
        );
        return held.finish(app, Some(failure), Vec::new()).map(|()| true);
    }
    if held.is_lost(app.now()) && !super::record::folder(app, &held.job.folder).is_dir() {
        let failure =
            Failure::new("file-gone", "文件已不在，请重新上传", "its file is gone; send it again");
        return held.finish(app, Some(failure), Vec::new()).map(|()| true);
    }
    let ended = match held.job.work.clone() {
        Work::Import { sheets } => {
            let sheets: Vec<super::Sheets> = sheets.into_iter().map(|it| it.0).collect();
            import(app, &mut held, &sheets, stopped)
        }
        Work::Export { list, format, filter, in_english } => {
            let wanted =
                super::exporting::Wanted { list: list.0, format: format.0, filter, in_english };
            export(app, &mut held, &wanted, stopped)
        }
    };
    match ended {
        Ok(End::Done(lines)) => {
            let records = lines.records(&held.shop, &held.id);
            held.finish(app, None, records)?;
        }
        Ok(End::Failed(failure)) => held.finish(app, Some(failure), Vec::new())?,
        Ok(End::Stopped) => held.let_go(app, false)?,
        Ok(End::Lost) => {}
        Err(problem) => {
            tracing::warn!(code = problem.code(), "a job is taken up again later");
            held.let_go(app, true)?;
        }
    }
    Ok(true)
}
