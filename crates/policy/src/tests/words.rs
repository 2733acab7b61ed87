//! Units, spelling, CSV, sets and texts by themselves.

use std::collections::BTreeMap;

use expect_test::expect;

use crate::{
    Measure, Set, Sources, Text, Unit, csv,
    set::{Domain, Point, Range},
    spelling, write_line,
};

#[test]
fn numbers_are_read_with_their_units() {
    let read = |measure: Measure, text: &str| match measure.read(text) {
        Ok(number) => number.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(read(Measure::Amount, "20 yuan"), "2000");
    assert_eq!(read(Measure::Amount, "-0.05yuan"), "-5");
    assert_eq!(read(Measure::Span, "2 hours"), "7200");
    assert_eq!(read(Measure::Span, "1 hour"), "3600");
    assert_eq!(read(Measure::Span, "3 days"), "259200");
    assert_eq!(read(Measure::Days, "1 day"), "1");
    assert_eq!(read(Measure::Percent, "30 %"), "3000");
    assert_eq!(read(Measure::Count, "5 pieces"), "5");
    assert_eq!(read(Measure::Length, "2.5 cm"), "25");
    assert_eq!(read(Measure::Weight, "1 kg"), "1000");
    expect!["`20` is a number without a unit; write `7 yuan` or `7 fen`"]
        .assert_eq(&read(Measure::Amount, "20"));
    expect!["`20 hours` is in the wrong unit; write `7 yuan` or `7 fen`"]
        .assert_eq(&read(Measure::Amount, "20 hours"));
    expect!["`` is not a number"].assert_eq(&read(Measure::Amount, "yuan"));
}

/// Every unit, every small number: what is written is read back, and nothing else is written.
#[test]
fn what_a_unit_writes_it_reads() {
    let measures = [
        Measure::Amount,
        Measure::Span,
        Measure::Days,
        Measure::Percent,
        Measure::Count,
        Measure::Length,
        Measure::Weight,
    ];
    for measure in measures {
        for number in (-4000..=4000).chain([i64::MIN, i64::MAX, 86_400 * 365]) {
            assert_eq!(measure.read_shown(&measure.show(number)), Ok(number));
            for unit in measure.units() {
                if let Some(shown) = unit.show(number) {
                    assert_eq!(unit.read(&shown), Ok(number), "{shown} {}", unit.name());
                }
            }
        }
    }
    assert_eq!(Unit::Yuan.show(1250), Some("12.5".to_owned()));
    assert_eq!(Unit::Hours.show(1200), None, "a third of an hour has no end");
    assert_eq!(Measure::Span.show(5400), "90 min");
    assert_eq!(Measure::Span.show(86_400 * 2), "2 days");
}

#[test]
fn csv_is_read_line_by_line() {
    let text = "\u{feff}a,b\r\n\r\n\"x, y\",\"two\nlines\"\n,,\nlast,\"say \"\"hi\"\"\"";
    let lines = csv::read(text);
    let shown: Vec<String> =
        lines.iter().map(|it| format!("{}: {}", it.number, it.cells.join("|"))).collect();
    expect![[r#"
        1: a|b
        1: x, y|two
        lines
        6: last|say "hi""#]]
    .assert_eq(&shown.join("\n"));
    assert_eq!(write_line(["a", "b, c", "say \"hi\""]), "a,\"b, c\",\"say \"\"hi\"\"\"\n");
    assert!(csv::read("").is_empty());
}

#[test]
fn near_misses_are_recognized() {
    assert_eq!(spelling::hint("shiped", ["shipped", "signed"]), "; did you mean `shipped`?");
    assert_eq!(spelling::hint("zzz", []), "");
    assert_eq!(spelling::plain("　ａ＝１；（b）"), "a=1;(b)");
}

/// Over a small domain, sets agree with the plain meaning of their operations, value by value.
#[test]
fn sets_are_exact() {
    let domain = Domain { values: Range { first: -3, last: 4 }, missing: true };
    let points = || (-3..=4).map(Point::At).chain([Point::Missing]);
    let ranges = || (-3..=4).flat_map(|a| (-3..=4).map(move |b| Set::range(a, b)));
    let sets: Vec<Set> = ranges()
        .chain([Set::nothing(), Set::missing(), Set::everything(domain)])
        .chain([Set::range(-3, -2).or(Set::range(1, 2)).or(Set::missing())])
        .collect();
    for one in &sets {
        let others = one.other_values(domain);
        for point in points() {
            let is_value = point != Point::Missing;
            assert_eq!(others.accepts(point), is_value && !one.accepts(point));
        }
        for two in &sets {
            let (either, both) = (one.clone().or(two.clone()), one.and(two));
            for point in points() {
                assert_eq!(either.accepts(point), one.accepts(point) || two.accepts(point));
                assert_eq!(both.accepts(point), one.accepts(point) && two.accepts(point));
            }
            assert_eq!(both.example().is_none(), both.is_nothing());
            assert!(both.example().is_none_or(|it| both.accepts(it)));
        }
    }
}

#[test]
fn texts_keep_a_gap_visible() {
    let text = Text::parse("退款 {amount}，订单 { order }。").unwrap();
    assert_eq!(text.variables().collect::<Vec<&str>>(), ["amount", "order"]);
    let values = BTreeMap::from([("amount", "12.50".to_owned())]);
    assert_eq!(text.render(&values), "退款 12.50，订单 {order}。");
    let error = Text::parse("all good so far {amount").unwrap_err();
    assert_eq!(error.to_string(), "a brace is opened and never closed after `all good so far `");
}

#[test]
fn the_files_of_a_pack_are_found_by_its_name() {
    let sources = Sources::new([("a/pack.toml", ""), ("a/t/x.csv", "1"), ("ab/pack.toml", "")]);
    let files: Vec<(&str, &str)> = sources.of_pack("a").collect();
    assert_eq!(files, [("pack.toml", ""), ("t/x.csv", "1")]);
    assert_eq!(sources.packs().collect::<Vec<&str>>(), ["a", "ab"]);
}
