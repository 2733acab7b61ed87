//! Tables that stand alone: everything is on the type line.

use expect_test::{Expect, expect};

use crate::{Answer, Table, Value};

#[track_caller]
fn check(lines: &[&str], expected: Expect) {
    let said = match Table::standalone("x.csv", &lines.join("\n")) {
        Ok(table) => {
            let inputs = table.inputs().iter();
            let inputs = inputs.map(|it| format!("{}: {}", it.name, it.kind.spelled()));
            let outputs = table.outputs().iter();
            let outputs = outputs.map(|it| format!("{}: {}", it.name, it.kind.spelled()));
            let (inputs, outputs): (Vec<String>, Vec<String>) =
                (inputs.collect(), outputs.collect());
            format!("{} → {}", inputs.join(", "), outputs.join(", "))
        }
        Err(complaints) => {
            let errors = complaints.iter().filter(|it| it.is_error());
            errors.map(ToString::to_string).collect::<Vec<String>>().join("\n")
        }
    };
    expected.assert_eq(&said);
}

#[test]
fn the_type_line_says_everything() {
    check(
        &[
            "table,t,hit,first",
            "row,if:color,if:paid,if:age,if:new,then:way,then:tags,then:note",
            "type,one of red | green?,amount in fen,time in days?,flag,one of a | b,set of x | y,text?",
            "any,-,-,-,-,a,\"x, y\",",
        ],
        expect![
            "color: one of red | green, paid: amount in fen, age: time in days, new: flag → way: one of a | b, tags: set of x | y, note: text"
        ],
    );
    check(
        &["table,t,hit,first", "row,if:color,then:way", "type,choice,choices", "any,-,a"],
        expect![[r#"
            x.csv: t: column `color`: the codes are not stated; write `one of a | b` or `set of a | b`
            x.csv: t: column `way`: the codes are not stated; write `one of a | b` or `set of a | b`"#]],
    );
    check(
        &[
            "table,t,hit,first",
            "row,if:color,then:way",
            "type,one of Red | green_blue,flag",
            "any,-,a",
        ],
        expect![
            "x.csv: t: column `color`: `Red` is not a code; codes are lower-case words joined by hyphens or underscores"
        ],
    );
    check(
        &["table,t,hit,first", "row,if:note,then:way", "type,text,flag", "any,-,yes"],
        expect!["x.csv: t: column `note`: a condition cannot be about text"],
    );
}

#[test]
fn a_table_without_conditions_answers_always() {
    let table = Table::standalone(
        "x.csv",
        "table,t,hit,unique,source,X\nrow,then:way,source,zh,en\ntype,flag,,,\nonly,yes,X,x,x\n",
    )
    .unwrap();
    assert!(matches!(table.ask(&[]), Answer::Row(_)));
    assert_eq!(table.row("only").unwrap().flag("way"), Some(true));
}

/// The first word of bits holds 64 rows; rows beyond it must be found too.
#[test]
fn long_tables_answer_from_every_row() {
    let rows = (0..300).map(|it| format!("r{it},{it},{it}")).collect::<Vec<String>>().join("\n");
    let text = format!("table,t,hit,collect\nrow,if:n,then:m\ntype,pieces,pieces\n{rows}");
    let table = Table::standalone("x.csv", &text).unwrap();
    for it in 0..300_u32 {
        let rulings = table.ask_all(&[Value::count(it)]);
        let rows: Vec<&str> = rulings.iter().map(|it| it.clause().row).collect();
        assert_eq!(rows, [format!("r{it}")]);
        assert_eq!(rulings[0].count("m"), Some(it));
    }
    assert!(table.ask_all(&[Value::count(300_u32)]).is_empty());
}
