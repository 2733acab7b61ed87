//! Tables to JDM and back. The samples are also held against the ZEN engine, by `tools/zen`.

use expect_test::{Expect, expect};
use policy::Table;
use serde_json::Value;

use crate::jdm::{comparison, export, import};

const SAMPLES: [&str; 4] = [
    include_str!("samples/refund-path.csv"),
    include_str!("samples/return-window.csv"),
    include_str!("samples/proofs.csv"),
    include_str!("samples/postage.csv"),
];

#[track_caller]
fn table(text: &str) -> Table {
    Table::standalone("sample.csv", text).unwrap_or_else(|complaints| {
        let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// The decision table of an exported graph: columns, then one line per rule.
fn show(graph: &Value) -> String {
    let content = &graph["nodes"][1]["content"];
    let sides = ["inputs", "outputs"].map(|side| content[side].as_array().unwrap().as_slice());
    let columns = sides.concat();
    let heads: Vec<String> =
        columns.iter().map(|it| format!("{} = {}", it["field"], it["name"])).collect();
    let rules = content["rules"].as_array().unwrap().iter().map(|rule| {
        let cells = columns.iter().map(|it| rule[it["id"].as_str().unwrap()].as_str().unwrap());
        format!("{}: {}", rule["_id"], cells.collect::<Vec<&str>>().join(" ; "))
    });
    let hit = format!("{} {}", graph["nodes"][1]["name"], content["hitPolicy"]);
    [hit].into_iter().chain(heads).chain(rules).collect::<Vec<String>>().join("\n")
}

#[test]
fn a_table_is_written_in_the_language_of_zen() {
    let shown: Vec<String> = SAMPLES.iter().map(|it| show(&export(&table(it)).unwrap())).collect();
    expect![[r#"
        "refund-path" "first"
        "shipped" = "shipped: flag"
        "signed" = "signed: flag"
        "returns_goods" = "returns-goods: flag"
        "route" = "route: one of unshipped | not-received | keep | return"
        "unshipped": false ;  ;  ; "unshipped"
        "not-received": true ; false ;  ; "not-received"
        "keep": true ; true ; false ; "keep"
        "return": true ; true ; true ; "return"

        "return-window" "first"
        "route" = "route: one of unshipped | not-received | keep | return?"
        "signed_for" = "signed-for: days?"
        "paid" = "paid: amount in yuan"
        "answered_after" = "answered-after: time in hours"
        "allowed" = "allowed: flag"
        "cap" = "cap: amount in yuan?"
        "answer_in" = "answer-in: time in min?"
        "nobody-knows": null ; null ;  ;  ; false ;  ; 
        "early": "unshipped", "not-received" ;  ;  ;  ; true ;  ; 30
        "in-time": != null ; <= 7 ;  ; <= 1.5 ; true ;  ; 
        "small":  ; [8..15], >= 31 ; <= 20.05 ; > 2 ; true ; 20.05 ; 
        "odd": "not-received", "keep", "return" ; null, [21..30] ; < 0, 0.1, [100..500) ;  ; false ; 0 ; 1.5
        "late": "not-received", "keep", "return" ; >= 8 ; < 500 ; [1..4) ; false ;  ; 
        "person":  ;  ;  ;  ; false ;  ; 90

        "proofs" "collect"
        "route" = "route: one of keep | return | repair?"
        "weight" = "weight: weight in kg"
        "share" = "share: percent"
        "needs" = "needs: set of photo | video | seal"
        "reply" = "reply: text?"
        "heavy":  ; >= 2.5 ;  ; ["photo", "video"] ; "approved"
        "back": "return" ;  ; [30..70] ; ["seal"] ; 'he said "no"'
        "fraction": "keep", "repair" ; (0..1) ; < 0.5, 99.99 ; ["photo"] ; "it's fine"
        "unknown": null ;  ;  ; [] ; 
        "known": != null ;  ; >= 12.35 ; ["photo", "video", "seal"] ; 

        "postage" "first"
        "cause" = "cause: one of quality | wrong-goods | personal | none"
        "insured" = "insured: flag?"
        "length" = "length: length in cm"
        "pieces" = "pieces: pieces"
        "payer" = "payer: one of merchant | buyer | nobody"
        "share" = "share: percent?"
        "fault": "quality", "wrong-goods" ;  ;  ;  ; "merchant" ; 100
        "wish-insured": "personal" ; true ;  ;  ; "nobody" ; 
        "wish": "personal" ; null, false ;  ;  ; "buyer" ; 
        "small": "none" ;  ; <= 2.5 ;  ; "nobody" ; 0
        "many": "none" ;  ; >= 2.6 ; >= 5 ; "merchant" ; 12.5
        "few": "none" ;  ; >= 2.6 ; <= 4 ; "buyer" ; 87.5"#]].assert_eq(&shown.join("\n\n"));
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    for sample in SAMPLES {
        let before = table(sample);
        let graph = export(&before).unwrap();
        let after = table(&import(&graph.to_string()).unwrap());
        assert_eq!(export(&after).unwrap(), graph);
        assert_eq!(after.inputs(), before.inputs());
        assert_eq!(after.outputs(), before.outputs());
        assert_eq!((after.hit(), after.source()), (before.hit(), before.source()));
        for (after, before) in after.rows().iter().zip(before.rows()) {
            assert_eq!(after.conditions, before.conditions, "{}", before.id);
            assert_eq!(after.answers, before.answers, "{}", before.id);
            let words = |it: &policy::Row| [&it.id, &it.source, &it.zh, &it.en].map(Clone::clone);
            assert_eq!(words(after), words(before));
        }
    }
}

#[track_caller]
fn check_export(lines: &[&str], expected: Expect) {
    let said = match export(&table(&lines.join("\n"))) {
        Ok(graph) => show(&graph),
        Err(why) => why.to_string(),
    };
    expected.assert_eq(&said);
}

#[test]
fn what_jdm_cannot_say_is_refused() {
    check_export(
        &["table,t,hit,collect", "row,if:in,then:way", "type,flag,flag", "a,yes,yes"],
        expect!["`in` is a word of the ZEN language and cannot name a column"],
    );
    check_export(
        &["table,t,hit,collect", "row,if:a,then:way", "type,days,text", "a,-,\"it's \"\"so\"\"\""],
        expect!["row a, column `way`: the text holds both kinds of quotes"],
    );
    check_export(
        &["table,t,hit,collect", "row,if:a,then:b", "type,days,days", "a,> 9999999999999999,1"],
        expect!["row a, column `a`: 10000000000000000 cannot be written exactly in days"],
    );
}

/// Imports a graph with one decision table, made by hand in the editor.
#[track_caller]
fn check_import(inputs: &str, outputs: &str, rules: &str, expected: Expect) {
    let graph = format!(
        r#"{{ "nodes": [
            {{ "type": "inputNode", "id": "a" }},
            {{ "type": "decisionTableNode", "id": "b", "name": "Shipping fees", "content": {{
                "hitPolicy": "first",
                "inputs": [{inputs}], "outputs": [{outputs}], "rules": [{rules}] }} }}
        ] }}"#
    );
    expected.assert_eq(&import(&graph).unwrap_or_else(|error| format!("error: {error}")));
}

#[test]
fn types_are_stated_or_inferred_and_units_are_never_guessed() {
    let inputs = r#"
        { "id": "1", "name": "Country", "field": "customer.country" },
        { "id": "2", "name": "Total: amount in yuan", "field": "cartTotal" },
        { "id": "3", "name": "Prime", "field": "prime" }"#;
    let outputs = r#"{ "id": "4", "name": "Fee", "field": "fee" }"#;
    let rules = r#"
        { "_id": "xWauegxfG7", "1": "\"cn\", \"hk\"", "2": "> 1000", "3": "", "4": "\"none\"" },
        { "_id": "JGeEh-iNul", "1": "not in [\"cn\"]", "2": "[500..1000]", "3": "true",
          "4": "\"half\"", "_description": "Half" },
        { "_id": "last", "1": "", "2": "$ >= 2.5 and $ < 9", "3": "false", "4": "\"full\"" }"#;
    check_import(
        inputs,
        outputs,
        rules,
        expect![[r#"
        table,shipping-fees,hit,first,source,
        row,if:customer-country,if:cart-total,if:prime,then:fee,source,zh,en
        type,one of cn | hk,amount in yuan,flag,one of full | half | none,,,
        row-1,"cn, hk",> 1000,-,none,,,
        row-2,not cn,[500..1000],yes,half,,,Half
        last,-,>= 2.5 & < 9,no,full,,,
    "#]],
    );
    let numbers = r#"{ "id": "4", "name": "Fee", "field": "fee" }"#;
    check_import(
        inputs,
        numbers,
        r#"{ "_id": "a", "1": "\"cn\"", "3": "true", "4": "25" }"#,
        expect!["error: column `fee` does not say what it holds; name it `fee: amount in yuan`"],
    );
}

#[test]
fn a_missing_fact_keeps_its_meaning() {
    let inputs = r#"
        { "id": "1", "name": "a: one of x | y | z?", "field": "a" },
        { "id": "2", "name": "b: days?", "field": "b" },
        { "id": "3", "name": "c: flag?", "field": "c" }"#;
    let outputs = r#"{ "id": "4", "name": "d: flag", "field": "d" }"#;
    let rules = r#"
        { "_id": "a", "1": "!= \"x\"", "2": "!= 7", "3": "!= true", "4": "true" },
        { "_id": "b", "1": "null, \"x\"", "2": "$ != null and $ > 7", "3": "== null", "4": "true" },
        { "_id": "c", "1": "!= null", "2": "not in [null]", "3": "in [true, false]", "4": "true" }"#;
    check_import(
        inputs,
        outputs,
        rules,
        expect![[r#"
            table,shipping-fees,hit,first,source,
            row,if:a,if:b,if:c,then:d,source,zh,en
            type,one of x | y | z?,days?,flag?,flag,,,
            a,"missing, y, z","missing, < 7, > 7","missing, no",yes,,,
            b,"missing, x",> 7,missing,yes,,,
            c,not missing,not missing,"yes, no",yes,,,
        "#]],
    );
}

#[test]
fn a_cell_that_has_no_form_is_named() {
    let inputs = r#"{ "id": "1", "name": "a: days", "field": "a" }"#;
    let outputs = r#"{ "id": "2", "name": "b: flag", "field": "b" }"#;
    let rule = |condition: &str, answer: &str| {
        format!(r#"{{ "_id": "r", "1": "{condition}", "2": "{answer}" }}"#)
    };
    check_import(
        inputs,
        outputs,
        &rule("$ % 2 == 0", "true"),
        expect!["error: row r, column `a`: `$ % 2 == 0` has no form in our tables"],
    );
    check_import(
        inputs,
        outputs,
        &rule("len($) > 2", "true"),
        expect!["error: row r, column `a`: `len($) > 2` has no form in our tables"],
    );
    check_import(
        inputs,
        outputs,
        &rule("> other", "true"),
        expect!["error: row r, column `a`: `> other` has no form in our tables"],
    );
    check_import(
        inputs,
        outputs,
        &rule("\\\"x\\\"", "true"),
        expect![[r#"error: row r, column `a`: `"x"` has no form in our tables"#]],
    );
    check_import(
        inputs,
        outputs,
        &rule("> 7", "a > 3"),
        expect!["error: row r, column `b`: `a > 3` has no form in our tables"],
    );
    check_import(
        inputs,
        outputs,
        &rule("> 7", "25"),
        expect!["error: row r, column `b`: `25` has no form in our tables"],
    );
    check_import(
        r#"{ "id": "1", "name": "a: days" }"#,
        outputs,
        &rule("> 7", "true"),
        expect!["error: column `a: days` computes its value; our columns take a fact as it is"],
    );
    check_import(
        r#"{ "id": "1", "name": "a: days", "field": "sum(a)" }"#,
        outputs,
        &rule("> 7", "true"),
        expect!["error: column `a: days` computes its value; our columns take a fact as it is"],
    );
    let said = |json: &str| import(json).unwrap_err().to_string();
    expect!["this is not a JDM graph"].assert_eq(&said("{}"));
    expect!["a graph with one decision table is expected; this one has 0"]
        .assert_eq(&said(r#"{ "nodes": [] }"#));
}

#[test]
fn a_comparison_is_the_same_for_the_same_seed_and_reaches_every_row() {
    let tables: Vec<Table> = SAMPLES.iter().map(|it| table(it)).collect();
    let draw = |seed| comparison(&tables, 400, seed);
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    for (compared, table) in draw(7)["tables"].as_array().unwrap().iter().zip(&tables) {
        let cases = compared["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 400);
        for row in table.rows() {
            let answers = |case: &&Value| {
                case["rows"].as_array().unwrap().contains(&Value::from(row.id.as_str()))
            };
            assert!(cases.iter().any(|it| answers(&it)), "{} is never reached", row.id);
        }
    }
}

#[test]
fn tables_that_cannot_be_compared_are_listed() {
    let odd = table("table,t,hit,collect\nrow,if:not,then:b\ntype,flag,flag\na,yes,yes");
    let compared = comparison([&odd], 10, 1);
    expect![[r#"{"inexpressible":[{"name":"t","why":"`not` is a word of the ZEN language and cannot name a column"}],"tables":[]}"#]].assert_eq(&compared.to_string());
}
