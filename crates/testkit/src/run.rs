//! Playing a scenario from its first step to its last.

use std::sync::Arc;

use dossier::{Command, words::Role};
use kernel::Choice;
use store::Store;

use crate::{
    act::{Asked, check_all_taken},
    check::{During, Findings, check_answers},
    packs::Packs,
    report::{Failure, Report},
    scenario::{Act, Scenario, Step},
    stage::{Broken, Stage},
    story,
};

/// Plays a scenario on a store of its own, which must be empty.
///
/// The first step that fails ends it: what comes later stands on it.
pub fn run(scenario: &Scenario, packs: &Packs, store: Arc<dyn Store>) -> Report {
    let failures = match Stage::set(scenario, packs, store) {
        Ok(mut stage) => play(&mut stage),
        Err(broken) => vec![of_scenario(scenario, &broken, Vec::new())],
    };
    let passed = failures.is_empty();
    Report {
        file: scenario.file.clone(),
        name: scenario.name.clone(),
        passed,
        ledger: scenario.ledger.clone(),
        failures,
    }
}

fn play(stage: &mut Stage<'_>) -> Vec<Failure> {
    let scenario = stage.scenario;
    let mut story = Vec::new();
    if let Err(broken) = given(stage, &mut story) {
        return vec![of_scenario(scenario, &broken, story)];
    }
    for (step, number) in scenario.steps.iter().zip(1_usize..) {
        story.push(format!("{number}. {}", step.text));
        let mut findings = Findings::default();
        let broken = play_step(stage, step, &mut findings, &mut story).err();
        if let Some(broken) = broken {
            findings.add("the step", "can be played", broken.to_string());
        }
        if !findings.mismatches.is_empty() {
            return of_step(step, number, findings, &story);
        }
    }
    Vec::new()
}

/// The orders as they are known when the scenario begins.
fn given(stage: &mut Stage<'_>, story: &mut Vec<String>) -> Result<(), Broken> {
    for sale in &stage.scenario.orders {
        let facts = stage.facts(sale)?;
        stage.orders.insert(sale.order.clone(), facts.clone());
        let actor = stage.actor(Role::System.code())?;
        let mut asked = vec![Asked {
            case: None,
            order: sale.order.clone(),
            actor: actor.clone(),
            command: Command::RecordOrder(Box::new(facts)),
        }];
        for parcel in &sale.parcels {
            let (actor, order) = (actor.clone(), sale.order.clone());
            let command = stage.scans(&order, parcel)?;
            asked.push(Asked { case: None, order, actor, command });
        }
        check_all_taken(stage.ask(asked)?)?;
    }
    stage.come_to_rest()?;
    for (_, told) in stage.news()? {
        story.extend(story::tell(&told, stage.zone()));
    }
    // A step without a name means the only order; with several, the first until one is spoken of.
    stage.last_order = stage.scenario.orders.first().map(|it| it.order.clone());
    Ok(())
}

fn play_step(
    stage: &mut Stage<'_>,
    step: &Step,
    findings: &mut Findings,
    story: &mut Vec<String>,
) -> Result<(), Broken> {
    let (n_told, n_stopped) = (stage.world.told().len(), stage.world.stopped().len());
    let played = do_step(stage, step, findings);
    let news = stage.news()?;
    for (_, told) in &news {
        story.extend(story::tell(told, stage.zone()).into_iter().map(|it| format!("   {it}")));
    }
    played?;
    let told = stage.world.told().into_iter().skip(n_told).map(|(_, text)| text);
    let stopped = stage.world.stopped().into_iter().skip(n_stopped);
    let during = During { news, told: told.collect(), stopped: stopped.collect() };
    stage.check(step, &during, findings)?;
    stage.check_invariants(findings)
}

fn do_step(stage: &mut Stage<'_>, step: &Step, findings: &mut Findings) -> Result<(), Broken> {
    if let Some(when) = step.at {
        let until = stage.instant(when);
        stage.pass_time_until(until)?;
    }
    if let Act::Refund(walk) = &step.act {
        return stage.walk(step.order.as_ref(), walk, findings);
    }
    let answers = stage.act(step)?;
    check_answers(step, &answers, findings);
    stage.come_to_rest()?;
    if step.held { Ok(()) } else { stage.let_holds_pass() }
}

fn of_step(step: &Step, number: usize, findings: Findings, story: &[String]) -> Vec<Failure> {
    let failures = findings.mismatches.into_iter().map(|it| Failure {
        step: Some(number),
        line: step.line,
        text: step.text.clone(),
        about: it.about,
        expected: it.expected,
        seen: it.seen,
        story: story.to_vec(),
    });
    failures.collect()
}

fn of_scenario(scenario: &Scenario, broken: &Broken, story: Vec<String>) -> Failure {
    let line = match broken {
        Broken::Written(problem) if 0 < problem.line => problem.line,
        Broken::Written(_)
        | Broken::Said(_)
        | Broken::Engine(_)
        | Broken::Store(_)
        | Broken::Unreadable(_)
        | Broken::Money(_)
        | Broken::Threads(_)
        | Broken::Shelf(_)
        | Broken::Restless(_) => scenario.line,
    };
    Failure {
        step: None,
        line,
        text: "what is given".to_owned(),
        about: "the scenario".to_owned(),
        expected: "can be played".to_owned(),
        seen: broken.to_string(),
        story,
    }
}
