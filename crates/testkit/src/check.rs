//! Holding what is seen against what must be seen.

mod case;
mod dates;
mod money;
mod returns;
mod work;

pub(crate) use self::case::{check_breakdown, check_parts};

use kernel::OrderNo;

use crate::{
    act::Answered,
    expect::{Expect, TextSeen},
    scenario::{Refused, Step},
    stage::{Broken, Stage, Told},
};

/// What was not as it must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mismatch {
    pub(crate) about: String,
    pub(crate) expected: String,
    pub(crate) seen: String,
}

/// Collects mismatches.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) mismatches: Vec<Mismatch>,
}

impl Findings {
    /// Holds a value against what must be seen, if anything must.
    pub(crate) fn same<T: PartialEq>(
        &mut self,
        about: &str,
        (expected, seen): (Option<&T>, &T),
        show: impl Fn(&T) -> String,
    ) {
        if let Some(expected) = expected
            && expected != seen
        {
            self.add(about, show(expected), show(seen));
        }
    }

    pub(crate) fn add(
        &mut self,
        about: impl Into<String>,
        expected: impl Into<String>,
        seen: impl Into<String>,
    ) {
        let (about, expected, seen) = (about.into(), expected.into(), seen.into());
        self.mismatches.push(Mismatch { about, expected, seen });
    }
}

/// What happened during a step, besides what is so after it.
#[derive(Debug)]
pub(crate) struct During {
    pub(crate) news: Vec<(OrderNo, Told)>,
    pub(crate) told: Vec<String>,
    pub(crate) stopped: Vec<String>,
}

impl Stage<'_> {
    /// Everything the step says must be seen.
    pub(crate) fn check(
        &self,
        step: &Step,
        during: &During,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let expect = &step.expect;
        for seen in &expect.cases {
            self.check_case(seen, findings)?;
        }
        self.check_tasks(expect, findings)?;
        self.check_worklist(expect, findings)?;
        self.check_money(step.order.as_ref(), expect, findings)?;
        self.check_told(expect, during, findings);
        for seen in &expect.texts {
            self.check_text(seen, findings)?;
        }
        check_events(expect, during, findings);
        Ok(())
    }

    fn check_told(&self, expect: &Expect, during: &During, findings: &mut Findings) {
        if !is_within(&expect.told, &during.told) {
            findings.add("told to the buyer", listed(&expect.told), listed(&during.told));
        }
        for text in expect.not_told.iter().filter(|it| during.told.contains(*it)) {
            findings.add("told to the buyer", format!("not {text}"), listed(&during.told));
        }
        if !expect.stopped.iter().all(|it| during.stopped.contains(it)) {
            findings.add("parcels to be stopped", listed(&expect.stopped), listed(&during.stopped));
        }
        for text in expect.told.iter().filter(|it| !self.has_text(it)) {
            findings.add("texts of the pack", format!("a text {text}"), "no such text");
        }
    }

    fn has_text(&self, name: &str) -> bool {
        self.pack.text(name, policy::Language::Zh).is_some()
    }

    /// What a text of the pack says in Chinese, filled in for the case last spoken of.
    fn check_text(&self, expected: &TextSeen, findings: &mut Findings) -> Result<(), Broken> {
        let about = format!("text {}", expected.text);
        let Some(text) = self.pack.text(&expected.text, policy::Language::Zh) else {
            findings.add(about, "a text of the pack", "no such text");
            return Ok(());
        };
        let variables: Vec<String> = text.variables().map(str::to_owned).collect();
        for name in expected.mentions.iter().filter(|it| !variables.contains(it)) {
            findings.add(&about, format!("it mentions {{{name}}}"), listed(&variables));
        }
        let case = self.spoken_of()?;
        let order = self.order_of(&case)?;
        let (key, body) = (self.key(&order), self.body(&order)?);
        let Some(case) = body.case(&case) else { return Ok(()) };
        let of = views::reply::Of {
            dossier: &key,
            body: &body,
            case,
            pack: &self.pack,
            sender: views::reply::Sender::default(),
        };
        let said = views::reply::text(&expected.text, of, policy::Language::Zh);
        for words in expected.says.iter().filter(|it| !said.contains(it.as_str())) {
            findings.add(&about, format!("… {words} …"), said.as_str());
        }
        for words in expected.says_not.iter().filter(|it| said.contains(it.as_str())) {
            findings.add(&about, format!("nothing of {words}"), said.as_str());
        }
        Ok(())
    }
}

/// Whether the commands were taken or turned down as the step says.
pub(crate) fn check_answers(step: &Step, answers: &[Answered], findings: &mut Findings) {
    for answer in answers {
        let about = match &answer.case {
            Some(case) => format!("answer about {case}"),
            None => "answer".to_owned(),
        };
        let expected = match &step.refused {
            Refused::Nothing => None,
            Refused::All(code) => Some(code),
            Refused::Some(cases) => {
                let of_case = cases.iter().find(|(it, _)| answer.case.as_ref() == Some(it));
                of_case.map(|(_, code)| code)
            }
        };
        match (expected, &answer.outcome) {
            (None, Ok(())) => (),
            (None, Err(rejection)) => {
                let seen = format!("refused, {}: {rejection}", rejection.code());
                findings.add(about, "taken", seen);
            }
            (Some(code), Ok(())) => findings.add(about, format!("refused, {code}"), "taken"),
            (Some(code), Err(rejection)) => {
                let seen = format!("refused, {}: {rejection}", rejection.code());
                if rejection.code() != code {
                    findings.add(&about, format!("refused, {code}"), seen.as_str());
                }
                if let Some(says) = &step.says
                    && !rejection.to_string().contains(says)
                {
                    findings.add(&about, format!("… {says} …"), seen);
                }
            }
        }
    }
    if answers.is_empty() && step.refused != Refused::Nothing {
        findings.add("answer", "refused", "nothing was asked");
    }
}

fn check_events(expect: &Expect, during: &During, findings: &mut Findings) {
    let Some(expected) = &expect.events else { return };
    let seen: Vec<String> =
        during.news.iter().flat_map(|(_, it)| &it.events).map(|it| it.kind().to_owned()).collect();
    let nothing = expected.is_empty() || matches!(expected.as_slice(), [it] if it == "nothing");
    let as_expected = if nothing { seen.is_empty() } else { is_within(expected, &seen) };
    if !as_expected {
        findings.add("what happened", listed(expected), listed(&seen));
    }
}

/// Whether `part` stands within `whole`, in order, perhaps with more between.
fn is_within(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|it| rest.any(|other| other == it))
}

pub(crate) fn listed(words: &[String]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
