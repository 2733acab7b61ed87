//! Reducing the many ways a word is typed, pasted and exported to one.

use std::borrow::Cow;

/// The half-width form of a full-width character; any white space becomes a space.
pub(crate) fn half_width(it: char) -> char {
    match it {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(it).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(it)
        }
        '￥' => '¥',
        '。' => '.',
        '—' | '–' | '−' => '-',
        _ if it.is_whitespace() => ' ',
        _ => it,
    }
}

/// The text in half-width characters; itself if it is already.
pub(crate) fn halved(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(half_width).collect())
}

/// Marks that show nothing: byte order marks, zero-width spaces and joiners, direction overrides.
pub(crate) fn is_invisible(it: char) -> bool {
    matches!(
        it,
        '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{ad}'
    )
}

/// What is left of a word when width, case, white space and punctuation are taken away, so that
/// `Order No.`, `order_no` and `ｏｒｄｅｒＮｏ` are one.
pub(crate) fn folded(text: &str) -> String {
    letters(text).collect()
}

/// Whether two words are one when folded.
pub(crate) fn same_folded(left: &str, right: &str) -> bool {
    left == right || letters(left).eq(letters(right))
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    let letters = text.chars().map(half_width).filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase)
}

/// A cell without the guards that exporters put around it: white space, invisible marks,
/// `="3854…"`, the leading apostrophe by which spreadsheets mark a text.
pub(crate) fn cleaned(cell: &str) -> Cow<'_, str> {
    let plain = |it: char| it.is_ascii() && (!it.is_ascii_control() || it == '\n' || it == '\t');
    if cell.chars().all(|it| plain(it) || ('\u{4e00}'..='\u{9fff}').contains(&it)) {
        return Cow::Borrowed(unguarded(cell.trim()));
    }
    let kept: String = cell
        .chars()
        .filter(|&it| !is_invisible(it))
        .map(|it| if it.is_control() && it != '\n' && it != '\t' { ' ' } else { it })
        .collect();
    Cow::Owned(unguarded(kept.trim()).to_owned())
}

fn unguarded(cell: &str) -> &str {
    let inner = cell.strip_prefix("=\"").and_then(|it| it.strip_suffix('"')).unwrap_or(cell).trim();
    match inner.strip_prefix('\'') {
        // `'quoted'` is somebody's prose.
        Some(rest) if needs_guard(rest) || !rest.ends_with('\'') => rest,
        Some(_) | None => inner,
    }
}

/// Whether a spreadsheet might take `text` for a formula, or an apostrophe before it for our guard.
pub(crate) fn needs_guard(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\''])
}

/// Whether an exporter wrote `text` for "nothing here".
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "--" | "---" | "—" | "——" | "/" | "\\" | "\\N" | "无" | "暂无" | "空")
        || ["null", "none", "nil", "n/a", "undefined", "(null)"]
            .iter()
            .any(|it| text.eq_ignore_ascii_case(it))
}
