//! The page a marketplace's judge reads, in the order in which one asks.

mod proof;

use dossier::{parcel::Parcel, vocabulary, words::Direction};
use kernel::Choice;
use policy::{Language, Record};
use views::{figures, names, reply};

use super::{
    Facts, PackError,
    build::Bundled,
    page::{Cell, Page},
    shown::{
        account, answer, called, is_opinion, recorded, scanned, tender, text_name, weight, worth,
    },
    timeline::{self, assessed},
};

const STYLE: &str = include_str!("style.css");

/// `index.html`.
pub(super) fn page(facts: &Facts<'_>, bundled: &[Bundled]) -> Result<String, PackError> {
    let mut page = Page::default();
    page.markup("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n");
    // Nothing is loaded and nothing runs, whatever were to stand in the page.
    page.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
    page.markup("img-src data:; style-src 'unsafe-inline'\">\n");
    page.markup(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
    );
    page.text(&format!("纠纷举证材料 {}", facts.case.no));
    page.markup("</title>\n<style>\n").markup(STYLE).markup("</style>\n</head>\n<body>\n");
    header(&mut page, facts);
    summary(&mut page, facts);
    history(&mut page, facts)?;
    rulings(&mut page, facts);
    signing(&mut page, facts);
    weights(&mut page, facts);
    words(&mut page, facts, bundled)?;
    money(&mut page, facts);
    proof::photos(&mut page, facts, bundled);
    proof::integrity(&mut page, facts, bundled);
    page.markup("</body>\n</html>\n");
    Ok(page.finish())
}

/// The shop as it signs; its name in the pack, else its number.
fn shop(facts: &Facts<'_>) -> String {
    let named = facts.sender.shop_name.or_else(|| facts.pack.phrase(reply::SHOP_NAME).ok());
    let named = named.map(str::trim).filter(|it| !matches!(*it, "" | "-"));
    named.unwrap_or(facts.dossier.shop.as_str()).to_owned()
}

fn named_shop(facts: &Facts<'_>) -> Cell {
    let (name, number) = (shop(facts), facts.dossier.shop.as_str());
    if name == number { Cell::of(name) } else { Cell::coded(name, number) }
}

fn header(page: &mut Page, facts: &Facts<'_>) {
    page.markup("<header>\n<h1>纠纷举证材料</h1>\n");
    page.line(&format!(
        "{} · 订单 {} · 售后单 {}",
        shop(facts),
        facts.dossier.order,
        facts.case.no
    ));
    let made = format!("由 {} 于 {} 制作", facts.who(facts.made_by), facts.at(facts.made_at));
    page.line(&made).markup("</header>\n");
}

fn summary(page: &mut Page, facts: &Facts<'_>) {
    let Facts { case, body, .. } = facts;
    let request = &case.request;
    page.section("一、案件概况");
    let goods = request.pieces.iter().map(|it| match body.order.line(it.line) {
        Some(line) => format!("{} × {}（共购 {} 件）", line.title, it.quantity, line.quantity),
        None => format!("第 {} 行 × {}", it.line, it.quantity),
    });
    let coded = |it: &str| Cell::coded(called(it), it);
    let asked = request.asked.map_or_else(|| "应退全部".to_owned(), worth);
    let market = &case.market;
    let intervened = if market.intervened { "，平台已介入" } else { "" };
    page.pairs([
        ("店铺", named_shop(facts)),
        ("平台", coded(body.order.channel.code())),
        ("买家", Cell::of(&body.order.buyer)),
        ("下单时间", Cell::of(facts.at(body.order.placed_at))),
        ("实付金额", Cell::of(body.order.paid.total().map(worth).unwrap_or_default())),
        ("申请类型", coded(request.kind.code())),
        ("申请原因", coded(request.reason.code())),
        ("买家原话", Cell::of(spoken(&request.reason_text, &request.note))),
        ("涉及商品", Cell::of(goods.collect::<Vec<String>>().join("\n"))),
        ("申请金额", Cell::of(asked)),
        ("申请时间", Cell::of(facts.at(case.opened_at))),
        ("当前状态", coded(case.status.code())),
        (
            "平台进度",
            Cell::coded(
                format!("{}{intervened}", called(market.standing.code())),
                market.standing.code(),
            ),
        ),
        ("平台超时", Cell::of(facts.maybe_at(market.deadline))),
    ]);
    for earlier in &case.changes {
        page.note(&format!(
            "{} 由 {} 修改；修改前：{}，{}",
            facts.at(earlier.at),
            facts.who(&earlier.by),
            called(earlier.from.kind.code()),
            called(earlier.from.reason.code()),
        ));
    }
}

fn spoken(reason: &str, note: &str) -> String {
    let said: Vec<&str> = [reason, note].into_iter().filter(|it| !it.is_empty()).collect();
    if said.is_empty() { "无".to_owned() } else { said.join("；") }
}

fn history(page: &mut Page, facts: &Facts<'_>) -> Result<(), PackError> {
    page.section("二、时间线");
    let moments = timeline::moments(facts)?;
    let rows = moments.into_iter().map(|it| {
        vec![
            Cell::set("when", facts.at(it.at)),
            Cell::set("who", it.who),
            Cell::coded(it.what, it.code),
        ]
    });
    page.table(&["时间", "记录人", "事项"], rows);
    page.note("时间为店铺所在时区；完整流水见 events.json。");
    Ok(())
}

fn rulings(page: &mut Page, facts: &Facts<'_>) {
    page.section("三、裁定与条款");
    let Some(judgement) = &facts.case.judgement else {
        page.nothing("尚未裁定。");
        return;
    };
    let pack = judgement.rulings.first().map(|it| it.pack.as_str()).unwrap_or_default();
    page.line(&format!(
        "{} 按策略包 {pack} 裁定，结论：{}。",
        facts.at(judgement.at),
        called(judgement.verdict.code()),
    ));
    let decided = judgement.clause();
    for ruling in judgement.rulings.iter().filter(|it| !is_internal(&it.question)) {
        let clause = ruling.row.as_ref().map(|row| format!("{}#{row}", ruling.question));
        let decides = vocabulary::is_advice(&ruling.question) && clause == decided;
        self::ruling(page, facts, ruling, clause.as_deref(), decides);
    }
}

/// Who works on a case how soon, and who may decide, is no business of the marketplace.
fn is_internal(question: &str) -> bool {
    ["urgency", "flags", "work", "authority", "notice", "invite-review"].contains(&question)
}

fn ruling(page: &mut Page, facts: &Facts<'_>, it: &Record, clause: Option<&str>, decides: bool) {
    let class = if decides { "<div class=\"ruling decided\">" } else { "<div class=\"ruling\">" };
    page.markup(class).markup("<p><strong>");
    page.text(&names::table(&it.question, Language::Zh)).markup("</strong> ");
    match clause {
        Some(clause) => page.markup("条款 <code>").text(clause).markup("</code>"),
        None => page.text("没有适用的条款，由人工判断"),
    };
    if decides {
        page.markup(" <span class=\"good\">据此裁定</span>");
    }
    page.markup("</p>\n");
    if let Some(sentence) = sentence(facts, it) {
        page.line(&sentence);
    }
    page.note(&format!("依据：{}", recorded(&it.inputs)));
    page.note(&format!("裁定：{}", recorded(&it.outputs)));
    page.markup("</div>\n");
}

/// Another version of the pack may say something else under the same name.
fn sentence(facts: &Facts<'_>, ruling: &Record) -> Option<String> {
    let pack = Some(facts.pack).filter(|it| *it.id() == ruling.pack)?;
    let row = pack.table(&ruling.question)?.row(ruling.row.as_deref()?)?;
    Some(row.sentence(Language::Zh).to_owned()).filter(|it| !it.is_empty())
}

fn signing(page: &mut Page, facts: &Facts<'_>) {
    page.section("四、签收与质检");
    let (body, case) = (facts.body, facts.case);
    let parcels: Vec<&Parcel> =
        body.outbound().chain(body.replacement_of(&case.no)).chain(body.returns_of(case)).collect();
    if parcels.is_empty() {
        page.nothing("没有包裹记录。");
    } else {
        let rows = parcels.iter().map(|it| {
            let way = match it.direction {
                Direction::Outbound => "发出",
                Direction::Return => "退回",
            };
            let signed = it.signed().or_else(|| it.last());
            vec![
                Cell::of(way),
                Cell::of(format!("{} {}", it.carrier, it.no)),
                Cell::of(signed.map(scanned).unwrap_or_default()),
                Cell::set("when", facts.maybe_at(signed.map(|it| it.at))),
            ]
        });
        page.table(&["方向", "快递与单号", "签收情况", "时间"], rows);
    }
    match &case.assessment {
        None => page.nothing("没有验货记录。"),
        Some(assessment) => {
            let (at, by) = (facts.at(assessment.at), facts.who(&assessment.by));
            let place = assessment.place.map(|it| called(it.code()));
            let place = place.map(|it| format!("（{it}）")).unwrap_or_default();
            page.line(&format!("{at} 由 {by} 验货{place}：{}。", assessed(assessment)))
        }
    };
    let findings = case.findings.iter().filter(|(fact, _)| !is_opinion(**fact));
    let findings: Vec<String> = findings.map(|(fact, value)| answer(*fact, *value)).collect();
    if !findings.is_empty() {
        page.heading("查明的事实").line(&findings.join("；"));
    }
}

fn weights(page: &mut Page, facts: &Facts<'_>) {
    page.section("五、重量");
    if facts.weights.is_empty() {
        page.nothing("没有称重记录。");
        return;
    }
    let rows = facts.weights.iter().map(|it| {
        vec![
            Cell::of(&it.what),
            Cell::set("sum", weight(it.grams)),
            Cell::set("when", facts.at(it.at)),
            Cell::set("who", &it.by),
        ]
    });
    page.table(&["称重", "重量", "时间", "记录人"], rows);
}

fn words(page: &mut Page, facts: &Facts<'_>, bundled: &[Bundled]) -> Result<(), PackError> {
    page.section("六、沟通摘录");
    let sent = timeline::texts(facts)?;
    let quoted: Vec<_> = bundled.iter().filter_map(|it| Some((it, it.quoted.as_ref()?))).collect();
    if sent.is_empty() && quoted.is_empty() {
        page.nothing("没有沟通记录。");
    }
    let of = reply::Of {
        dossier: facts.dossier,
        body: facts.body,
        case: facts.case,
        pack: facts.pack,
        sender: facts.sender,
    };
    for (at, name) in &sent {
        page.heading(&format!("{} 发给买家：{}", facts.at(*at), text_name(name)));
        match reply::text(name, of, Language::Zh) {
            text if text.is_empty() => page.nothing("策略包里没有这段话术的正文。"),
            text => page.quote(&text),
        };
    }
    if !sent.is_empty() {
        page.note("消息按话术与本案数据重新填写，平台聊天记录以平台为准。");
    }
    for (it, text) in quoted {
        let source = called(it.evidence.source.code());
        page.heading(&format!("{} {source}提供：{}", facts.at(it.evidence.uploaded_at), it.file));
        page.quote(text);
    }
    Ok(())
}

fn money(page: &mut Page, facts: &Facts<'_>) {
    page.section("七、金额");
    let sum = |name: &str, amount: String| vec![Cell::of(name), Cell::set("sum", amount)];
    match &facts.case.judgement {
        None => {
            page.nothing("尚未计算。");
        }
        Some(judgement) => {
            let steps = figures::steps(judgement, Language::Zh);
            let forms = figures::forms(&judgement.amount, Language::Zh);
            let rows = steps.iter().chain(&forms).map(|it| sum(it.name, it.signed()));
            page.table(&["金额的由来", "元"], rows);
        }
    }
    let payouts: Vec<_> = facts.body.payouts.iter().filter(|it| it.case == facts.case.no).collect();
    if !payouts.is_empty() {
        let rows = payouts.iter().map(|it| {
            vec![
                Cell::of(it.key.as_str()),
                Cell::of(called(it.purpose.code())),
                Cell::set("sum", it.amount.total().map(worth).unwrap_or_default()),
                Cell::coded(called(it.status.code()), it.status.code()),
                Cell::of(timeline::ended(facts, &it.status)),
            ]
        });
        page.table(&["付款", "用途", "金额", "状态", "结果"], rows);
    }
    entries(page, facts);
}

fn entries(page: &mut Page, facts: &Facts<'_>) {
    let is_ours = |it: &&store::EntryRow| it.case.as_ref() == Some(&facts.case.no);
    let entries: Vec<_> = facts.entries.iter().filter(is_ours).collect();
    if entries.is_empty() {
        page.nothing("没有入账分录。");
        return;
    }
    let fen = |amount: i64| money::Money::fen(amount).decimal();
    let side = |amount: i64, is_debit: bool| {
        let is_here = if is_debit { 0 < amount } else { amount < 0 };
        Cell::set("sum", if is_here { fen(amount.saturating_abs()) } else { String::new() })
    };
    let rows = entries.iter().map(|it| {
        vec![
            Cell::of(format!("{}-{}", it.posting, it.position)),
            Cell::set("when", facts.at(it.at)),
            Cell::coded(account(&it.account), it.account.as_str()),
            Cell::of(tender(&it.tender)),
            side(it.amount, true),
            side(it.amount, false),
        ]
    });
    page.table(&["分录", "时间", "科目", "支付方式", "借方", "贷方"], rows);
}
