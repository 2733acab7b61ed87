//! What buyers ask for, what people find, and what inspectors see.

use dossier::{
    case::{Finding, Pieces, Place},
    facts::Fact,
    inspection::Inspected,
};
use kernel::{Choice, EvidenceId, LineNo, Quantity};
use money::{Currency, Money, Tender};
use policy::{Kind, Measure, Value};

use crate::{
    keys,
    node::{Content, Node},
    problem::{Problem, hint},
    read::{Map, amount, code, count, flag, id, list, text, when, word},
    scenario::{Filing, Look, MarketNews, Walk, Wish},
};

pub(crate) fn wish(map: &Map<'_>) -> Result<Wish, Problem> {
    Ok(Wish {
        kind: map.read("kind", code)?,
        reason: map.read("reason", code)?,
        reason_text: map.read("reason-text", text)?.unwrap_or_default(),
        pieces: map.read("lines", pieces)?,
        asked: map.read("asked", amount)?,
        goods: map.read("goods", code)?,
        note: map.read("note", text)?.unwrap_or_default(),
    })
}

/// `1`, `1 x 2`, `[1, 3]`, `{line: 1, pieces: 2}`: whole lines where no number is given.
pub(crate) fn pieces(node: &Node) -> Result<Vec<Pieces>, Problem> {
    let mut pieces = list(node, some_of_a_line)?;
    pieces.sort_unstable();
    Ok(pieces)
}

fn some_of_a_line(node: &Node) -> Result<Pieces, Problem> {
    if node.is_map() {
        let map = Map::of(node, &keys::PIECES)?;
        let quantity = map.read("pieces", count)?.map_or(WHOLE_LINE, Quantity::new);
        return Ok(Pieces { line: LineNo(map.need("line", line_number)?), quantity });
    }
    let written = word(node)?;
    let bad = || node.problem(format!("`{written}` is not a line; write `1` or `1 x 2`"));
    let (line, quantity) = match written.split_once(['x', '×']) {
        Some((line, pieces)) => (line, Quantity::new(pieces.trim().parse().map_err(|_| bad())?)),
        None => (written, WHOLE_LINE),
    };
    Ok(Pieces { line: LineNo(line.trim().parse().map_err(|_| bad())?), quantity })
}

/// Stands for as many pieces as the line has, until the order is at hand.
pub(crate) const WHOLE_LINE: Quantity = Quantity::new(u32::MAX);

fn line_number(node: &Node) -> Result<u16, Problem> {
    u16::try_from(count(node)?).map_err(|_| node.problem("an order has fewer lines"))
}

pub(crate) fn filing(map: &Map<'_>) -> Result<Filing, Problem> {
    let carrier = map.read("carrier", text)?.unwrap_or_else(|| "中通快递".to_owned());
    Ok(Filing {
        case: map.read("case", id)?,
        wish: wish(map)?,
        filed_at: map.read("filed-at", when)?,
        follows: map.read("follows", id)?,
        market: market(map)?,
        findings: map.read("findings", findings)?.unwrap_or_default(),
        return_parcel: map.read("return-parcel", id)?.map(|it| (it, carrier)),
    })
}

pub(crate) fn market(map: &Map<'_>) -> Result<MarketNews, Problem> {
    Ok(MarketNews {
        standing: map.read("standing", code)?,
        deadline: map.read("deadline", when)?,
        intervened: map.read("intervened", flag)?,
        instant: map.read("instant", flag)?,
        insured: map.read("insured", flag)?,
        shared_number: map.read("shared-number", flag)?,
    })
}

/// `{photo: yes, deviation: 3 cm}`
pub(crate) fn findings(node: &Node) -> Result<Vec<(Fact, Value)>, Problem> {
    Map::any(node)?.each().map(|(name, value)| finding(name, value)).collect()
}

pub(crate) fn finding(name: &str, node: &Node) -> Result<(Fact, Value), Problem> {
    let fact = fact(name, node)?;
    Ok((fact, value(fact, node)?))
}

pub(crate) fn fact(name: &str, node: &Node) -> Result<Fact, Problem> {
    let unknown = || {
        let findings = Fact::ALL.iter().filter(|it| it.is_finding()).map(|it| it.code());
        let near = hint(name, findings);
        // Ninety facts are not listed; docs/scenarios.md has them.
        let near = if near.len() < 80 { near } else { String::new() };
        node.problem(format!("`{name}` is not something people find out{near}"))
    };
    Fact::from_code(name).filter(|it| it.is_finding()).ok_or_else(unknown)
}

fn value(fact: Fact, node: &Node) -> Result<Value, Problem> {
    let written = word(node)?;
    let unit = |measure: Measure| {
        measure.read(written).map(Value::Number).map_err(|it| node.problem(it.to_string()))
    };
    match fact.kind() {
        Kind::Flag => flag(node).map(Value::Flag),
        Kind::Choice(codes) | Kind::Choices(codes) => fact.read(written).ok_or_else(|| {
            let hint = hint(written, codes.iter().copied());
            node.problem(format!("`{written}` is no answer to `{fact}`{hint}"))
        }),
        Kind::Amount => amount(node).map(Value::amount),
        Kind::Span => unit(Measure::Span),
        Kind::Length => unit(Measure::Length),
        Kind::Weight => unit(Measure::Weight),
        Kind::Days | Kind::Percent | Kind::Count => fact
            .read(written)
            .ok_or_else(|| node.problem(format!("`{written}` is not a whole number"))),
        Kind::Text => Err(node.problem(format!("`{fact}` cannot be found out"))),
    }
}

pub(crate) fn look(map: &Map<'_>) -> Result<Look, Problem> {
    Ok(Look {
        finding: map.read("finding", code)?.unwrap_or(Finding::Pass),
        accepted: map.read("accepted", pieces)?.unwrap_or_default(),
        reason: map.read("reason", text)?.unwrap_or_default(),
        withheld: map.read("withheld", amount)?.unwrap_or(Money::zero(Currency::Cny)),
        place: map.read("place", code)?.or(Some(Place::Door)),
        pieces: map.read("pieces", |it| list(it, inspected))?.unwrap_or_default(),
        shown: shown(map)?,
    })
}

/// `{line: 1, grade: used, note: 有污渍}`: the whole line where no number of pieces is said.
fn inspected(node: &Node) -> Result<Inspected, Problem> {
    let map = Map::of(node, &keys::INSPECTED)?;
    Ok(Inspected {
        line: LineNo(map.read("line", line_number)?.unwrap_or(1)),
        quantity: map.read("pieces", count)?.map_or(WHOLE_LINE, Quantity::new),
        grade: map.need("grade", code)?,
        failed: map.read("failed", |it| list(it, text))?.unwrap_or_default(),
        serial: map.read("serial", text)?.unwrap_or_default(),
        weight: map.read("weight", count)?,
        position: map.read("position", text)?.unwrap_or_default(),
        note: map.read("note", text)?.unwrap_or_default(),
        evidence: map.read("evidence", |it| list(it, id))?.unwrap_or_default(),
    })
}

/// What the inspector keeps of what was seen.
fn shown(map: &Map<'_>) -> Result<Vec<(Fact, EvidenceId)>, Problem> {
    let photo = map.read("photo", id)?.map(|it| (Fact::ProblemPhoto, it));
    let video = map.read("video", id)?.map(|it| (Fact::UnpackingVideo, it));
    Ok(photo.into_iter().chain(video).collect())
}

pub(crate) fn walk(node: &Node) -> Result<Walk, Problem> {
    let map = Map::of(node, &keys::REFUND)?;
    let mut look = Look { reason: "see the photo".to_owned(), ..look_of_walk(&map)? };
    if look.finding == Finding::Pass {
        look.reason = String::new();
    } else {
        look.shown.push((Fact::ProblemPhoto, EvidenceId::lossy("photo-of-the-problem")));
    }
    let mut breakdown = Vec::new();
    if let Some(node) = map.get("breakdown") {
        breakdown = amounts(node)?;
    }
    Ok(Walk {
        filing: filing(&map)?,
        look,
        amount: map.need("amount", amount)?,
        parts: tenders(&map)?,
        breakdown,
    })
}

/// In a walk, `reason` is the buyer's.
fn look_of_walk(map: &Map<'_>) -> Result<Look, Problem> {
    Ok(Look {
        finding: map.read("finding", code)?.unwrap_or(Finding::Pass),
        accepted: map.read("accepted", pieces)?.unwrap_or_default(),
        withheld: map.read("withheld", amount)?.unwrap_or(Money::zero(Currency::Cny)),
        ..Look::default()
    })
}

/// `cash`, `points` and `gift-card`, as far as they are given.
pub(crate) fn tenders(map: &Map<'_>) -> Result<Vec<(Tender, Money)>, Problem> {
    let mut parts = Vec::new();
    for &tender in Tender::ALL {
        if let Some(part) = map.read(tender.code(), amount)? {
            parts.push((tender, part));
        }
    }
    Ok(parts)
}

/// `{list: 100.00, reductions: 10.00}`
pub(crate) fn amounts(node: &Node) -> Result<Vec<(String, Money)>, Problem> {
    let map = Map::of(node, &keys::BREAKDOWN)?;
    map.each().map(|(name, value)| Ok((name.to_owned(), amount(value)?))).collect()
}

/// `case: R1` or `cases: [R1, R2]`; empty for the case last spoken of.
pub(crate) fn cases(map: &Map<'_>) -> Result<Vec<kernel::CaseNo>, Problem> {
    let mut cases = map.read("cases", |it| list(it, id))?.unwrap_or_default();
    cases.extend(map.read("case", id)?);
    Ok(cases)
}

/// A case's number alone, `{case: R1}`, or nothing for the case last spoken of.
pub(crate) fn only_cases(node: &Node) -> Result<Vec<kernel::CaseNo>, Problem> {
    match &node.content {
        Content::Map(_) | Content::Nothing => cases(&Map::of(node, &keys::OF_CASE)?),
        Content::Text(_) | Content::List(_) => list(node, id),
    }
}
