//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use std::collections::BTreeMap;

use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, HttpMethod, OpenApi as Document, PathItem, Ref, RefOr, Required, Response,
        ResponseBuilder,
        header::HeaderBuilder,
        path::{Operation, Parameter, ParameterIn},
        schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
        tag::TagBuilder,
    },
};

use crate::problem::ProblemBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guitu 归途",
        version = "1",
        description = "After-sales: refunds, returns, exchanges, repairs, claims and what belongs \
            to them.\n\nAmounts are whole fen of CNY, instants RFC 3339. Every write takes an \
            `Idempotency-Key`: the same one when it is tried again, and then it does nothing \
            twice. Where it changes what was read it takes `If-Match` with the `ETag`. Problems \
            are RFC 9457, in Chinese or English by `Accept-Language`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody, crate::wire::codes::RenditionCode))
)]
pub(crate) struct Description;

/// In the order of the reference page.
const TAGS: &[(&str, &str)] = &[
    ("session", "Signing in and out, and who one is."),
    ("shops", "Shops of the installation."),
    ("orders", "What was bought, and everything after-sales about it."),
    ("parcels", "What is in couriers' hands, and incoming goods."),
    ("cases", "Requests, from the buyer's first word to the last fen."),
    ("tasks", "Work owed by a role before a due time."),
    ("evidence", "Photos, videos and documents, and the dispute pack."),
    ("ledger", "Balanced movements of money, and payments."),
    ("packs", "Versions of the policy."),
    ("metrics", "Figures."),
    ("buyers", "What a buyer reaches of the buyer's own order."),
    ("people", "Users, API keys, the audit trail."),
    ("webhooks", "Telling other systems what happened."),
    ("stream", "Changes as they happen."),
    ("jobs", "Files in and out, with progress."),
    ("operations", "The service itself."),
];

/// Adds what holds for every operation: problems, ways to prove who one is, the `ETag`.
pub(crate) fn complete(document: &mut Document) {
    let tag = |(name, about): &(&str, &str)| {
        TagBuilder::new().name(*name).description(Some(*about)).build()
    };
    document.tags = Some(TAGS.iter().map(tag).collect());
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete_operation(&method, operation);
        }
    }
    if let Some(components) = &mut document.components {
        close_commands(&mut components.schemas);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key, or a buyer's token."))
            .build();
        let cookie = ApiKeyValue::with_description("guitu_session", "Set by signing in.");
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
    document.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("key", []),
        SecurityRequirement::new::<_, [&str; 0], &str>("session", []),
    ]);
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, it)| it.as_mut().map(|it| (method, it)))
}

/// The problems an operation may answer with, by what it takes.
fn complete_operation(method: &HttpMethod, operation: &mut Operation) {
    let mut statuses = vec![
        ("400", "The request cannot be understood, or a header is missing."),
        ("401", "Nobody is signed in, or the key is not known."),
        ("403", "The caller may not do this."),
        ("404", "There is no such thing for the caller."),
        ("429", "Too many requests; `Retry-After` says when to come back."),
        ("500", "Something failed inside. Ask again under the same `Idempotency-Key`."),
        ("503", "Too much is going on; nothing was done."),
    ];
    if has_header(operation, "If-Match") {
        statuses.push(("412", "It changed since it was read."));
        statuses.push(("428", "Say with `If-Match` what was read."));
    }
    if *method != HttpMethod::Get {
        statuses.push(("409", "What is there now does not allow it."));
        statuses.push(("413", "The body is too large."));
        statuses.push(("415", "The body is of another type than this takes."));
    }
    statuses.push(("422", "What was sent is not acceptable; `field` says where."));
    for (status, about) in statuses {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(about)));
    }
    bound_parameters(operation);
    if has_header(operation, "If-Match") || *method == HttpMethod::Get {
        add_etag(operation);
    }
}

/// What identifiers, keys, versions and limits can be, said once for all operations.
fn bound_parameters(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(it) = parameter
            && let Some(schema) = bounds(it)
        {
            // The header may be left out; what there is of it is never null.
            if it.schema.as_ref().is_some_and(may_be_null) {
                it.required = Required::False;
            }
            it.schema = Some(schema.into());
        }
    }
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(it)) = schema else { return false };
    matches!(&it.schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
}

/// A command has the fields of its name and no others.
fn close_commands(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    for schema in schemas.values_mut() {
        let RefOr::T(Schema::OneOf(choice)) = schema else { continue };
        for form in &mut choice.items {
            if let RefOr::T(Schema::Object(it)) = form
                && (it.properties.contains_key("command") || it.properties.contains_key("by"))
            {
                it.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

fn bounds(parameter: &Parameter) -> Option<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    Some(match (&parameter.parameter_in, parameter.name.as_str()) {
        // Its 96 are bytes of UTF-8: a tighter bound than this.
        (ParameterIn::Path, name) if NAMED.contains(&name) => {
            text().min_length(Some(1)).max_length(Some(96)).pattern(Some(NO_SPACE)).into()
        }
        (ParameterIn::Header, "Idempotency-Key") => {
            let printed = "^[!-~]([ -~]*[!-~])?$";
            text().min_length(Some(1)).max_length(Some(200)).pattern(Some(printed)).into()
        }
        (ParameterIn::Header, "If-Match") => text().pattern(Some(r#"^(\*|(W/)?"[!-~]*")$"#)).into(),
        // More than a page holds is asked for in vain, and no mistake.
        (ParameterIn::Query, "limit") => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(u16::MAX))
            .default(Some(50.into()))
            .into(),
        _ => return None,
    })
}

/// Parts of an address that are identifiers of the domain.
const NAMED: &[&str] = &["shop", "order", "case", "parcel", "task", "payout", "evidence"];

/// Neither white space nor control characters.
const NO_SPACE: &str = r"^[^\s\x00-\x1f\x7f-\x9f]+$";

fn add_etag(operation: &mut Operation) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new()
            .schema(Some(text))
            .description(Some("The version, where the answer has one: send it as `If-Match`."))
            .build();
        response.headers.insert("ETag".to_owned(), RefOr::T(header));
    }
}

fn has_header(operation: &Operation, name: &str) -> bool {
    let parameters = operation.parameters.iter().flatten();
    let is_it = |it: &Parameter| it.parameter_in == ParameterIn::Header && it.name == name;
    parameters.filter_map(plain).any(is_it)
}

fn plain(parameter: &RefOr<Parameter>) -> Option<&Parameter> {
    match parameter {
        RefOr::T(it) => Some(it),
        RefOr::Ref(_) => None,
    }
}

fn problem(about: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(about).content("application/problem+json", content).build()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    /// Two types of one name would overwrite each other in the document without a word.
    #[test]
    fn no_two_schemas_have_the_same_name() {
        let mut seen = BTreeSet::new();
        let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(path) = pending.pop() {
            if path.is_dir() {
                pending.extend(fs::read_dir(&path).unwrap().map(|it| it.unwrap().path()));
                continue;
            }
            for block in fs::read_to_string(&path).unwrap().split("#[derive(").skip(1) {
                let (derived, rest) = block.split_once(")]").unwrap_or_default();
                if !derived.contains("ToSchema") {
                    continue;
                }
                let words: Vec<&str> = rest.split_whitespace().collect();
                let at = words.iter().position(|it| matches!(*it, "struct" | "enum"));
                let name = at.and_then(|it| words.get(it.saturating_add(1))).unwrap();
                let name = name.trim_end_matches(|it: char| !it.is_alphanumeric());
                assert!(seen.insert(name.to_owned()), "{name} in {}", path.display());
            }
        }
        assert!(50 < seen.len());
    }
}
