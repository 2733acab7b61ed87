//! Scenarios by the folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use store::Store;

use crate::{
    load::load,
    packs::Packs,
    problem::Problem,
    report::{Failure, Report, Reports},
    run::run,
    scenario::Scenario,
};

/// Every scenario in the files and folders given, in order of path; and the files that cannot be
/// read.
pub fn find(paths: &[PathBuf]) -> (Vec<Scenario>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        if let Err(error) = gather(path, &mut files) {
            problems.push(Problem::of(&shown(path), error.to_string()));
        }
    }
    files.sort_unstable();
    files.dedup();
    let mut scenarios = Vec::new();
    for file in files {
        let name = shown(&file);
        let content = fs::read_to_string(&file);
        match content
            .map_err(|it| Problem::of(&name, it.to_string()))
            .and_then(|it| load(&name, &it))
        {
            Ok(found) => scenarios.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    (scenarios, problems)
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_scenario = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if path.is_dir() || is_scenario {
            gather(&path, files)?;
        }
    }
    Ok(())
}

/// With `/` on every machine, so that reports are the same everywhere.
fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Plays every scenario of the files and folders given, each on a store that `new_store` makes.
/// A file that cannot be read is a scenario that failed.
pub fn check(
    paths: &[PathBuf],
    packs: &Packs,
    new_store: &mut dyn FnMut() -> io::Result<Arc<dyn Store>>,
) -> io::Result<Reports> {
    let (scenarios, problems) = find(paths);
    let mut reports: Vec<Report> = problems.into_iter().map(of_problem).collect();
    for scenario in &scenarios {
        reports.push(run(scenario, packs, new_store()?));
    }
    reports.sort_by(|one, two| one.file.cmp(&two.file));
    Ok(Reports { scenarios: reports })
}

fn of_problem(problem: Problem) -> Report {
    let failure = Failure {
        step: None,
        line: problem.line,
        text: "the file".to_owned(),
        about: "the file".to_owned(),
        expected: "can be read".to_owned(),
        seen: problem.what,
        story: Vec::new(),
    };
    Report {
        name: problem.file.clone(),
        file: problem.file,
        passed: false,
        ledger: Vec::new(),
        failures: vec![failure],
    }
}
