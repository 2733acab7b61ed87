//! The slowest tests, from the report nextest writes.

/// The `count` slowest tests in a `JUnit` report, slowest first, a line each.
pub(crate) fn slowest(report: &str, count: usize) -> Vec<String> {
    let mut tests: Vec<(u64, String)> = report
        .split("<testcase ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .filter_map(|(attributes, _)| {
            let attributes = format!(" {attributes}");
            let name = attribute(&attributes, "name")?;
            let binary = attribute(&attributes, "classname")?;
            let millis = millis(attribute(&attributes, "time")?)?;
            Some((millis, format!("{binary} {name}")))
        })
        .collect();
    tests.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    tests.truncate(count);
    tests.into_iter().map(|(millis, name)| format!("{millis:>6} ms  {name}")).collect()
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = attributes.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// `1.234` seconds as 1234.
fn millis(seconds: &str) -> Option<u64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(fraction.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_come_first_and_the_rest_is_left_out() {
        let report = r#"
            <testcase name="parses" classname="money" timestamp="2026" time="0.006">
            </testcase>
            <testcase name="lives" classname="engine::it" timestamp="2026" time="2.5" />
            <testcase name="adds" classname="money" timestamp="2026" time="0.011" />
        "#;
        assert_eq!(slowest(report, 2), ["  2500 ms  engine::it lives", "    11 ms  money adds"]);
    }
}
