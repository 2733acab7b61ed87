//! The second half of a complaint: what is expected, in English and in Chinese.

use super::{Expected, Language, printable};

impl Expected {
    pub fn phrase(&self, language: Language) -> String {
        let (english, chinese) = self.fixed();
        let fixed = match language {
            Language::English => english,
            Language::Chinese => chinese,
        };
        if fixed.is_empty() { self.composed(language) } else { fixed.to_owned() }
    }

    fn fixed(&self) -> (&'static str, &'static str) {
        match self {
            Self::Value => ("a value is required here", "此处必须填写"),
            Self::Identifier => (
                "expected a number of 1 to 96 characters without spaces",
                "应为不含空格、1 到 96 个字符的编号",
            ),
            Self::AllDigits => (
                "the number was saved as a number and has lost digits; export the column as text",
                "编号被存成了数值，末尾几位已丢失；请把该列按文本格式重新导出",
            ),
            Self::Amount => (
                "expected yuan with at most two decimals, such as 12.50",
                "应为最多两位小数的金额（元），例如 12.50",
            ),
            Self::TwoDecimals => (
                "an amount has at most two decimals; nothing is rounded",
                "金额最多两位小数，不做四舍五入",
            ),
            Self::WholeFen => {
                ("the column counts fen: expected a whole number", "该列单位是分，应为整数")
            }
            Self::NotNegative => ("expected an amount that is not negative", "金额不能为负数"),
            Self::Pieces => (
                "expected a whole number of pieces, 1 to 1,000,000",
                "应为 1 到 1,000,000 的整数件数",
            ),
            Self::Time => (
                "expected a time such as 2026-11-12 08:00:00",
                "应为时间，例如 2026-11-12 08:00:00",
            ),
            Self::TimeInRange => {
                ("expected a time in the years 2000 to 2100", "时间应在 2000 年到 2100 年之间")
            }
            Self::ClosingQuote => (
                "a quotation mark is never closed, so the row cannot be told from the next",
                "双引号没有成对，无法判断这一行到哪里结束",
            ),
            Self::Decodable => (
                "some characters are damaged; save the file as UTF-8 or GBK and export again",
                "有无法识别的字符；请用 UTF-8 或 GBK 编码重新导出",
            ),
            Self::KnownOrder => ("no such order in the orders file", "订单文件中没有这个订单"),
            Self::DataRow => {
                ("taken for a total or a remark and skipped", "看起来是合计或说明，已跳过")
            }
            Self::FewerProblems => (
                "so many more problems are counted and not listed",
                "问题太多，其余这么多条只计数、不列出",
            ),
            Self::AtMost(_)
            | Self::NotAfter(_)
            | Self::OneOf(_)
            | Self::Cells(_)
            | Self::Once { .. }
            | Self::KnownWord { .. }
            | Self::Entry { .. } => ("", ""),
        }
    }

    fn composed(&self, language: Language) -> String {
        let say = |english: String, chinese: String| match language {
            Language::English => english,
            Language::Chinese => chinese,
        };
        match self {
            Self::AtMost(most) => say(
                format!("expected at most {} yuan", most.decimal()),
                format!("金额不应超过 {} 元", most.decimal()),
            ),
            Self::NotAfter(now) => say(
                format!("lies in the future: it is {now} now"),
                format!("时间在未来：现在是 {now}"),
            ),
            Self::OneOf(names) => {
                let names: Vec<String> = names.iter().map(|it| printable(it)).collect();
                say(
                    format!("one of these columns must have a value: {}", names.join(", ")),
                    format!("以下各列至少要填一列：{}", names.join("、")),
                )
            }
            Self::Cells(count) => say(
                format!(
                    "expected {count} cells, as in the header; an unquoted separator or break?"
                ),
                format!("应与表头一样有 {count} 格；可能是内容里的分隔符或换行没有加引号"),
            ),
            Self::Once { first_row } => say(
                format!("row {first_row} has the same number with other values; kept the first"),
                format!("与第 {first_row} 行编号相同但内容不同；以先出现的为准"),
            ),
            Self::KnownWord { taken_as } => say(
                format!("not in the dictionary; taken as `{taken_as}`"),
                format!("词典里没有这个词，按“{}”处理", chinese_code(taken_as)),
            ),
            Self::Entry { english, chinese } => say(english.clone(), chinese.clone()),
            Self::Value
            | Self::Identifier
            | Self::AllDigits
            | Self::Amount
            | Self::TwoDecimals
            | Self::WholeFen
            | Self::NotNegative
            | Self::Pieces
            | Self::Time
            | Self::TimeInRange
            | Self::ClosingQuote
            | Self::Decodable
            | Self::KnownOrder
            | Self::DataRow
            | Self::FewerProblems => String::new(),
        }
    }
}

/// What a word that no dictionary has is taken as: one of two codes.
fn chinese_code(code: &'static str) -> &'static str {
    match code {
        "other" => "其他",
        "unknown" => "未知",
        code => code,
    }
}
