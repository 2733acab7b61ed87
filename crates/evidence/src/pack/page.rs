//! Markup, written so that only constants of ours can be any.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A page that is being written.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// What stands in a cell.
#[derive(Debug)]
pub(super) struct Cell {
    class: &'static str,
    text: String,
    code: String,
}

impl Cell {
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self { class: "", text: text.into(), code: String::new() }
    }

    /// A moment, a sum, or another column that is set in its own way.
    pub(super) fn set(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, ..Self::of(text) }
    }

    /// With the code behind the words, for who looks things up.
    pub(super) fn coded(text: impl Into<String>, code: impl Into<String>) -> Self {
        Self { code: code.into(), ..Self::of(text) }
    }
}

impl Page {
    pub(super) fn finish(self) -> String {
        self.0
    }

    /// Only ever a constant: what comes from outside goes through [`Page::text`].
    pub(super) fn markup(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Text, whatever is in it.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Marks that turn the reading direction would let one text pose as another.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                letter if letter.is_control() && !matches!(letter, '\n' | '\t') => {}
                letter => self.0.push(letter),
            }
        }
        self
    }

    /// `<p>`
    pub(super) fn line(&mut self, text: &str) -> &mut Self {
        self.markup("<p>").text(text).markup("</p>\n")
    }

    pub(super) fn note(&mut self, text: &str) -> &mut Self {
        self.markup("<p class=\"note\">").text(text).markup("</p>\n")
    }

    /// What a section says that has nothing to say.
    pub(super) fn nothing(&mut self, text: &str) -> &mut Self {
        self.markup("<p class=\"none\">").text(text).markup("</p>\n")
    }

    pub(super) fn section(&mut self, title: &str) -> &mut Self {
        self.markup("<h2>").text(title).markup("</h2>\n")
    }

    pub(super) fn heading(&mut self, title: &str) -> &mut Self {
        self.markup("<h3>").text(title).markup("</h3>\n")
    }

    pub(super) fn quote(&mut self, text: &str) -> &mut Self {
        self.markup("<blockquote>").text(text).markup("</blockquote>\n")
    }

    fn cell(&mut self, cell: &Cell) {
        // An empty class is none; classes are constants of ours.
        self.markup("<td class=\"").markup(cell.class).markup("\">").text(&cell.text);
        if !cell.code.is_empty() {
            self.markup(" <code>").text(&cell.code).markup("</code>");
        }
        self.markup("</td>");
    }

    /// Names beside what they name.
    pub(super) fn pairs(&mut self, rows: impl IntoIterator<Item = (&'static str, Cell)>) {
        self.markup("<table class=\"pairs\"><tbody>\n");
        for (name, cell) in rows {
            self.markup("<tr><th scope=\"row\">").text(name).markup("</th>");
            self.cell(&cell);
            self.markup("</tr>\n");
        }
        self.markup("</tbody></table>\n");
    }

    pub(super) fn table(&mut self, heads: &[&str], rows: impl IntoIterator<Item = Vec<Cell>>) {
        self.markup("<table><thead><tr>");
        for head in heads {
            self.markup("<th scope=\"col\">").text(head).markup("</th>");
        }
        self.markup("</tr></thead><tbody>\n");
        for row in rows {
            self.markup("<tr>");
            for cell in &row {
                self.cell(cell);
            }
            self.markup("</tr>\n");
        }
        self.markup("</tbody></table>\n");
    }

    /// A JPEG within the page.
    pub(super) fn picture(&mut self, jpeg: &[u8], says: &str) -> &mut Self {
        self.markup("<img alt=\"").text(says).markup("\" src=\"data:image/jpeg;base64,");
        STANDARD.encode_string(jpeg, &mut self.0);
        self.markup("\">")
    }
}
