//! The parser, the schema and the guide list the same keys.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::OBJECTS;

const SCHEMA: &str = include_str!("../../../../docs/scenario.schema.json");
const GUIDE: &str = include_str!("../../../../docs/scenarios.md");

fn keys_of(object: &Value) -> BTreeSet<String> {
    let properties = object["properties"].as_object().expect("an object lists its properties");
    properties.keys().cloned().collect()
}

#[test]
fn the_schema_has_the_keys_of_the_language() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut listed = BTreeSet::new();
    for object in OBJECTS {
        let shape = match object.name {
            "scenario" => &schema,
            name => &schema["$defs"][name],
        };
        let known: BTreeSet<String> = object.keys.iter().map(|&it| it.to_owned()).collect();
        assert_eq!(keys_of(shape), known, "the keys of `{}`", object.name);
        assert_eq!(shape["additionalProperties"], Value::Bool(false), "`{}`", object.name);
        listed.insert(object.name);
    }
    for (name, shape) in schema["$defs"].as_object().unwrap() {
        let is_object = shape.get("properties").is_some();
        assert!(!is_object || listed.contains(name.as_str()), "`{name}` is no object any more");
    }
}

/// Every code an editor offers is one the parser knows.
#[test]
fn the_schema_has_the_codes_of_the_domain() {
    use dossier::{case::Finding, words};
    use kernel::Choice;

    fn check<C: Choice>(schema: &Value, name: &str) {
        let listed = schema["$defs"][format!("code-{name}")]["enum"].as_array().unwrap();
        let listed: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
        assert_eq!(listed, C::CODES, "`{name}`");
    }

    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    check::<words::Channel>(&schema, "channel");
    check::<words::Role>(&schema, "role");
    check::<words::CaseKind>(&schema, "casekind");
    check::<words::Route>(&schema, "route");
    check::<words::Reason>(&schema, "reason");
    check::<words::GoodsClaim>(&schema, "goodsclaim");
    check::<words::Standing>(&schema, "standing");
    check::<words::Verdict>(&schema, "verdict");
    check::<words::TaskKind>(&schema, "taskkind");
    check::<words::Direction>(&schema, "direction");
    check::<words::ScanKind>(&schema, "scankind");
    check::<words::Signer>(&schema, "signer");
    check::<words::Purpose>(&schema, "purpose");
    check::<words::Payer>(&schema, "payer");
    check::<words::GoodsClass>(&schema, "goodsclass");
    check::<words::Flag>(&schema, "flag");
    check::<Finding>(&schema, "finding");
    check::<money::Account>(&schema, "account");
}

#[test]
fn the_guide_speaks_of_every_key() {
    for object in OBJECTS {
        let heading = format!("### `{}`\n", object.name);
        let (_, section) = GUIDE.split_once(&heading).expect(object.name);
        let section = section.split("\n###").next().unwrap_or_default();
        for key in object.keys {
            assert!(section.contains(&format!("| `{key}` |")), "`{key}` of `{}`", object.name);
        }
    }
}

#[test]
fn the_guide_speaks_of_every_finding() {
    use dossier::facts::Fact;
    use kernel::Choice;

    for fact in Fact::ALL.iter().filter(|it| it.is_finding()) {
        assert!(GUIDE.contains(&format!("`{fact}`")), "`{fact}`");
    }
}
