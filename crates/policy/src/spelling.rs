//! How people type: full-width punctuation, stray spaces, near misses.

/// `text` with the punctuation a Chinese keyboard produces replaced by what tables are written in.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '≥' | '⩾' => plain.push_str(">="),
            '≤' | '⩽' => plain.push_str("<="),
            '、' => plain.push(','),
            '\u{3000}' | '\u{a0}' | '\t' | '\r' | '\n' => plain.push(' '),
            '–' | '—' | '−' => plain.push('-'),
            '…' => plain.push_str(".."),
            // The full-width forms of ASCII lie in one block, in order.
            '！'..='～' => plain.push(half_width(it)),
            other => plain.push(other),
        }
    }
    plain.trim().to_owned()
}

fn half_width(it: char) -> char {
    let ascii = u32::from(it).checked_sub(u32::from('！').saturating_sub(u32::from('!')));
    ascii.and_then(char::from_u32).unwrap_or(it)
}

/// `; did you mean …?`, or what there is to choose from.
pub(crate) fn hint<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let mut near: Vec<(usize, &str)> = known.iter().map(|it| (distance(word, it), *it)).collect();
    near.retain(|&(distance, it)| distance <= 2.max(it.len() / 3));
    near.sort_unstable();
    let quoted = |words: Vec<&str>| {
        words.iter().map(|it| format!("`{it}`")).collect::<Vec<String>>().join(" or ")
    };
    if !near.is_empty() {
        let near = near.iter().take(3).map(|&(_, it)| it).collect();
        return format!("; did you mean {}?", quoted(near));
    }
    if known.is_empty() || 12 < known.len() {
        return String::new();
    }
    format!("; there is {}", quoted(known))
}

/// Edit distance: how many letters to add, drop or change.
fn distance(one: &str, two: &str) -> usize {
    let mut previous: Vec<usize> = (0..=two.chars().count()).collect();
    for (row, left) in one.chars().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        for (right, pair) in two.chars().zip(previous.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            let change = diagonal.saturating_add(usize::from(left != right));
            let before = current.last().copied().unwrap_or_default();
            current.push(change.min(above.saturating_add(1)).min(before.saturating_add(1)));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or_default()
}

/// Lower-case words of letters and digits, joined by hyphens.
pub(crate) fn is_kebab(text: &str) -> bool {
    let is_word = |it: &str| {
        !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(is_word)
}

/// The codes of choices. Marketplaces use underscores, so codes taken from them may too.
pub(crate) fn is_code(text: &str) -> bool {
    text.split('_').all(is_kebab)
}
