//! The OpenAPI document as a page that people read: no script, nothing from elsewhere.

use std::fmt::Write as _;

use axum::http::{HeaderName, header};
use serde_json::{Map, Value};

/// The whole page.
pub(crate) fn page(document: &Value) -> String {
    let mut out = format!("{HEAD}{STYLE}</style></head><body><main>");
    let info = &document["info"];
    push(&mut out, format_args!("<h1>{}</h1>", escaped(text(&info["title"]))));
    paragraphs(&mut out, text(&info["description"]));
    out.push_str("<p><a href=\"/api/openapi.json\">openapi.json</a></p>");
    let tags: Vec<&Value> = document["tags"].as_array().into_iter().flatten().collect();
    contents(&mut out, &tags);
    for tag in tags {
        section(&mut out, document, tag);
    }
    schemas(&mut out, document.pointer("/components/schemas").unwrap_or(&Value::Null));
    out.push_str("</main></body></html>");
    out
}

fn contents(out: &mut String, tags: &[&Value]) {
    out.push_str("<nav>");
    for tag in tags {
        let name = escaped(text(&tag["name"]));
        push(out, format_args!("<a href=\"#{name}\">{name}</a> "));
    }
    out.push_str("<a href=\"#schemas\">schemas</a></nav>");
}

/// Everything under one tag.
fn section(out: &mut String, document: &Value, tag: &Value) {
    let name = text(&tag["name"]);
    let mut inside = String::new();
    for (path, item) in object(&document["paths"]) {
        for method in ["get", "put", "post", "patch", "delete"] {
            let operation = &item[method];
            let tags = operation["tags"].as_array();
            if tags.is_some_and(|it| it.iter().any(|it| it == name)) {
                self::operation(&mut inside, (method, path), operation);
            }
        }
    }
    if !inside.is_empty() {
        let (name, about) = (escaped(name), escaped(text(&tag["description"])));
        push(out, format_args!("<h2 id=\"{name}\">{name}</h2><p>{about}</p>{inside}"));
    }
}

fn operation(out: &mut String, (method, path): (&str, &str), operation: &Value) {
    let id = escaped(text(&operation["operationId"]));
    let summary = escaped(text(&operation["summary"]));
    push(out, format_args!("<article id=\"{id}\"><h3>{summary}</h3>"));
    push(out, format_args!("<pre class=\"path\"><b>{method}</b> {}</pre>", escaped(path)));
    paragraphs(out, text(&operation["description"]));
    parameters(out, &operation["parameters"]);
    for (kind, content) in object(operation.pointer("/requestBody/content").unwrap_or(&Value::Null))
    {
        let shown = shape(&content["schema"]);
        push(out, format_args!("<p>Body, <code>{}</code>: {shown}</p>", escaped(kind)));
    }
    out.push_str("<table><tr><th>Status</th><th>Answer</th></tr>");
    for (status, response) in object(&operation["responses"]) {
        let about = escaped(text(&response["description"]));
        let shapes = object(&response["content"]).map(|(_, it)| shape(&it["schema"]));
        let shapes: Vec<String> = shapes.collect();
        let status = escaped(status);
        push(out, format_args!("<tr><td>{status}<td>{about} {}", shapes.join(", ")));
    }
    out.push_str("</table></article>");
}

fn parameters(out: &mut String, parameters: &Value) {
    let Some(parameters) = parameters.as_array().filter(|it| !it.is_empty()) else { return };
    out.push_str("<table><tr><th>Parameter</th><th>In</th><th>Shape</th><th></th></tr>");
    for it in parameters {
        let name = escaped(text(&it["name"]));
        let needed = if it["required"] == true { "" } else { "?" };
        let (place, about) = (escaped(text(&it["in"])), escaped(text(&it["description"])));
        let shown = shape(&it["schema"]);
        push(out, format_args!("<tr><td><code>{name}{needed}</code><td>{place}<td>{shown}"));
        push(out, format_args!("<td>{about}"));
    }
    out.push_str("</table>");
}

fn schemas(out: &mut String, schemas: &Value) {
    out.push_str("<h2 id=\"schemas\">schemas</h2>");
    for (name, schema) in object(schemas) {
        let shown = escaped(name);
        push(out, format_args!("<article id=\"schema-{shown}\"><h3>{shown}</h3>"));
        paragraphs(out, text(&schema["description"]));
        fields(out, schema);
        out.push_str("</article>");
    }
}

/// The fields of an object, or the forms of a choice, or a plain shape.
fn fields(out: &mut String, schema: &Value) {
    for key in ["oneOf", "anyOf", "allOf"] {
        for form in schema[key].as_array().into_iter().flatten() {
            out.push_str("<div class=\"form\">");
            paragraphs(out, text(&form["description"]));
            fields(out, form);
            out.push_str("</div>");
        }
    }
    let properties = &schema["properties"];
    if object(properties).next().is_none() {
        if schema["oneOf"].is_null() && schema["allOf"].is_null() {
            push(out, format_args!("<p>{}</p>", shape(schema)));
        }
        return;
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().map(text).collect();
    out.push_str("<table><tr><th>Field</th><th>Shape</th><th></th></tr>");
    for (name, it) in object(properties) {
        let needed = if required.contains(&name.as_str()) { "" } else { "?" };
        let (name, about) = (escaped(name), escaped(text(&it["description"])));
        let shown = shape(it);
        push(out, format_args!("<tr><td><code>{name}{needed}</code><td>{shown}<td>{about}"));
    }
    out.push_str("</table>");
}

/// A shape in a few words, with a link if it has a name.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(|it| format!("<code>{}</code>", escaped(text(it))));
        return words.collect::<Vec<String>>().join(" ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("<code>{}</code>", escaped(word));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(forms) = schema[key].as_array() {
            let forms = forms.iter().filter(|it| it["type"] != "null").map(shape);
            return forms.collect::<Vec<String>>().join(" or ");
        }
    }
    let mut shown = match &schema["type"] {
        Value::String(it) if it == "array" => format!("list of {}", shape(&schema["items"])),
        Value::String(it) => it.clone(),
        Value::Array(several) => {
            let several = several.iter().map(text).filter(|it| *it != "null");
            several.collect::<Vec<&str>>().join(" or ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    };
    for (key, sign) in [("format", ", "), ("minimum", " ≥ "), ("maximum", " ≤ ")] {
        match &schema[key] {
            Value::Null => (),
            Value::String(it) => push(&mut shown, format_args!("{sign}{}", escaped(it))),
            it @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                push(&mut shown, format_args!("{sign}{it}"));
            }
        }
    }
    shown
}

fn paragraphs(out: &mut String, prose: &str) {
    for paragraph in prose.split("\n\n").filter(|it| !it.trim().is_empty()) {
        push(out, format_args!("<p>{}</p>", escaped(paragraph)));
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn push(out: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(what);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Guitu API</title><style>";

const STYLE: &str = "body{font:15px/1.55 system-ui,'Noto Sans CJK SC',sans-serif;margin:0;\
color:#1c2330}\
main{max-width:62rem;margin:auto;padding:1.5rem}nav{position:sticky;top:0;background:#fff;\
padding:.6rem 0;border-bottom:1px solid #d7dce5}nav a{margin-right:.7rem}\
article{border-top:1px solid #e5e8ee;padding:.4rem 0 1rem;scroll-margin-top:3rem}\
h2{margin-top:2.5rem;scroll-margin-top:3rem}h3{margin:.6rem 0 .3rem}\
pre.path{background:#f3f5f9;padding:.5rem .7rem;overflow-x:auto;margin:.3rem 0}\
pre.path b{text-transform:uppercase;color:#0b5cad}table{border-collapse:collapse;width:100%;\
margin:.4rem 0}td,th{border:1px solid #e0e4eb;padding:.25rem .5rem;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}code{background:#f3f5f9;padding:0 .2em}\
.form{border-left:3px solid #c9d3e3;padding-left:.8rem;margin:.6rem 0}a{color:#0b5cad}";

/// The page shows itself in its own style, and nothing from elsewhere.
pub(crate) fn policy() -> (HeaderName, String) {
    (header::CONTENT_SECURITY_POLICY, crate::problem::explained::policy_for(STYLE))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_and_every_schema_has_its_place_on_the_page() {
        let document = serde_json::to_value(crate::router().1).unwrap();
        let page = super::page(&document);
        for (_, item) in super::object(&document["paths"]) {
            for (_, operation) in super::object(item) {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("<article id=\"{id}\">")), "{id}");
            }
        }
        for (name, _) in super::object(&document["components"]["schemas"]) {
            assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        assert!(!page.contains("<script"));
    }
}
