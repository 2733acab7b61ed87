//! Names of files, as labels for people.

/// Longest label, in characters.
const MOST: usize = 120;

/// The last part of a path, without control characters and without marks that turn the reading
/// direction or cannot be seen. May be empty.
pub(crate) fn label(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut label = String::new();
    for letter in last.chars().filter(|it| !is_invisible(*it)) {
        let letter = if letter.is_whitespace() { ' ' } else { letter };
        let repeats = letter == ' ' && (label.is_empty() || label.ends_with(' '));
        if !repeats {
            label.push(letter);
        }
    }
    let label: String = label.trim().chars().take(MOST).collect();
    let label = label.trim_end();
    if label.chars().all(|it| it == '.') { String::new() } else { label.to_owned() }
}

fn is_invisible(letter: char) -> bool {
    // Line breaks are white space, and become a space.
    (letter.is_control() && !letter.is_whitespace())
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
