//! What codes are called.
//!
//! In English a code is its own name with spaces. The Chinese names are a list, `names.zh.csv`;
//! where a code means something else as the answer to one fact, the list has it as `fact.code`,
//! and tables have theirs as `table.name`.

use std::{collections::BTreeMap, sync::LazyLock};

use policy::Language;

static CHINESE: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    include_str!("names.zh.csv").lines().filter_map(|it| it.split_once(',')).collect()
});

/// The name of a status, kind, reason, role, flag or any other word of the domain. A code without
/// a name stays as it is.
pub fn name(code: &str, language: Language) -> String {
    match language {
        Language::Zh => CHINESE.get(code).map_or_else(|| code.to_owned(), |it| (*it).to_owned()),
        Language::En => code.replace(['-', '_'], " "),
    }
}

/// The name of the decision table that answers a question.
pub fn table(question: &str, language: Language) -> String {
    under("table", question, language)
}

/// The name of `code` as the value of a fact or of a part of an answer.
pub fn value(field: &str, code: &str, language: Language) -> String {
    under(field, code, language)
}

fn under(field: &str, code: &str, language: Language) -> String {
    let special = match language {
        Language::Zh => CHINESE.get(format!("{field}.{code}").as_str()),
        Language::En => None,
    };
    special.map_or_else(|| name(code, language), |it| (*it).to_owned())
}

/// A recorded list of facts or answers in words: `shipped=no; days-left=2 days` becomes
/// `已发货：否；剩余天数：2 天`. Text that is no such list stays as it is.
pub fn recorded(text: &str, language: Language) -> String {
    let (is, between) = match language {
        Language::Zh => ("：", "；"),
        Language::En => (": ", "; "),
    };
    let parts = text.split("; ").map(|part| match part.split_once('=') {
        Some((field, said)) => {
            let said = said.split(", ").map(|it| measured(field, it, language));
            format!("{}{is}{}", name(field, language), said.collect::<Vec<String>>().join(", "))
        }
        None if language == Language::Zh => name(part, language),
        None => part.to_owned(),
    });
    parts.collect::<Vec<String>>().join(between)
}

/// `12.50 yuan`, or a code.
fn measured(field: &str, said: &str, language: Language) -> String {
    let is_number = said.starts_with(|it: char| it.is_ascii_digit() || it == '-');
    match (said.split_once(' '), language) {
        (Some((number, unit)), Language::Zh) if is_number => {
            format!("{number} {}", chinese_unit(unit))
        }
        _ if is_number => said.to_owned(),
        // Names of texts are for people who look them up, so they stay.
        _ if field == "reply" => said.to_owned(),
        _ => value(field, said, language),
    }
}

fn chinese_unit(unit: &str) -> &str {
    match unit {
        "yuan" => "元",
        "fen" => "分",
        "s" | "seconds" => "秒",
        "min" | "minutes" => "分钟",
        "hours" | "hour" => "小时",
        "days" | "day" => "天",
        "percent" => "%",
        "pieces" | "piece" => "件",
        "mm" => "毫米",
        "cm" => "厘米",
        "g" => "克",
        "kg" => "千克",
        other => other,
    }
}

/// The wording in the language asked for.
pub(crate) fn said(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
