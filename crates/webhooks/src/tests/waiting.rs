//! The schedule, by itself.

use kernel::{Span, Timestamp};

use crate::schedule::{rest_after, retry_after, wait_after};

#[test]
fn waits_are_spread_by_a_tenth_and_repeatable() {
    let waits: Vec<i64> =
        (0..500).map(|nth| wait_after(4, &format!("dlv_{nth}")).unwrap().whole_seconds()).collect();
    assert!(waits.iter().all(|it| (6_480..=7_920).contains(it)));
    assert!(waits.iter().any(|it| *it < 6_700) && waits.iter().any(|it| 7_700 < *it));
    assert_eq!(wait_after(4, "dlv_1"), wait_after(4, "dlv_1"));
    assert_eq!(wait_after(0, "dlv_1"), None);
    assert_eq!(wait_after(10, "dlv_1"), None);
}

/// Otherwise a delivery that fails alone would miss its time.
#[test]
fn a_rest_is_never_longer_than_the_wait_of_the_schedule() {
    for tries in 1..=9 {
        for nth in 0..50 {
            let wait = wait_after(tries, &format!("dlv_{nth}")).unwrap();
            assert!(rest_after(tries) <= wait, "{tries}");
        }
    }
}

#[test]
fn retry_after_is_read_in_both_forms() {
    let now = Timestamp::from_epoch_seconds(784_111_777);
    let read = |text: &str| retry_after(text, now).map(Span::whole_seconds);
    assert_eq!(read("120"), Some(120));
    assert_eq!(read(" 0 "), Some(0));
    assert_eq!(read("Sun, 06 Nov 1994 08:59:37 GMT"), Some(600));
    assert_eq!(read("Sun, 06 Nov 1994 07:49:37 GMT"), Some(0));
    assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), Some(86_400));
    assert_eq!(read("99999999999999999999999"), Some(86_400));
    for nonsense in ["", "-5", "soon", "1.5", "0x10", "Sun, 06 Nov"] {
        assert_eq!(read(nonsense), None, "{nonsense}");
    }
}
