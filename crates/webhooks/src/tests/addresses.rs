//! How a URL may say an address, and which of them may be reached.

use std::fmt::Write;

use expect_test::{Expect, expect};
use ipnet::IpNet;
use kernel::Choice;

use crate::{
    Rules, TargetError,
    network::{self, Refusal},
    target::Target,
};

/// A line per text: what comes of it, and the text. The expectation is the list of texts, too.
fn check(table: Expect, judge: impl Fn(&str) -> String) {
    let mut lines = String::new();
    for line in table.data().lines().map(str::trim_start).filter(|it| !it.is_empty()) {
        let text = line.get(15..).unwrap();
        writeln!(lines, "{:<14} {text}", judge(text)).unwrap();
    }
    table.assert_eq(&lines);
}

fn judge_url(text: &str, rules: &Rules) -> String {
    let word = match Target::parse(text, rules) {
        Ok(_) => "taken",
        Err(TargetError::Address(Refusal(range))) => range.code(),
        Err(TargetError::TooLong) => "too long",
        Err(TargetError::Malformed(_)) => "malformed",
        Err(TargetError::Scheme(_)) => "scheme",
        Err(TargetError::Credentials) => "credentials",
        Err(TargetError::Fragment) => "fragment",
        Err(TargetError::Port(_)) => "port",
        Err(TargetError::InsideName(_)) => "inside name",
    };
    word.to_owned()
}

#[test]
fn loopback_is_seen_in_every_spelling() {
    let table = expect![[r#"
        taken          https://hooks.example.com/guitu
        taken          https://hooks.example.com:8443/guitu?key=1
        taken          https://HOOKS.Example.COM/
        taken          https://hooks.example.com./
        taken          https://回调.例子.中国/归途
        taken          https://8.8.8.8/
        taken          https://[2606:4700:4700::1111]/
        taken          https://hooks.example.com:443/
        taken          https://hooks.example.com:80/
        taken          https://hooks.example.com:8080/
        loopback       https://127.0.0.1/
        loopback       https://127.0.0.1:8443/
        loopback       https://127.1/
        loopback       https://127.0.1/
        loopback       https://127.0.0.1./
        loopback       https://127.255.255.254/
        loopback       https://0x7f.1/
        loopback       https://0x7F.0x0.0x0.0x1/
        loopback       https://0x7f000001/
        loopback       https://0X7F000001/
        loopback       https://0x7f.0.0.1/
        loopback       https://0x0000007f.1/
        loopback       https://2130706433/
        loopback       https://0017700000001/
        loopback       https://017700000001/
        loopback       https://0177.0.0.1/
        loopback       https://0177.0.0.01/
        loopback       https://0177.1/
        loopback       https://00000177.0.0.1/
        loopback       https://127.0x0.0.1/
        loopback       https://127.0.0.0x1/
        loopback       https://127.00.00.01/
        loopback       https://１２７.０.０.１/
        loopback       https://①②⑦.⓪.⓪.①/
        loopback       https://127。0。0。1/
        loopback       https://127．0．0．1/
        loopback       https://127%2e0%2e0%2e1/
        loopback       https://%31%32%37.0.0.1/
    "#]];
    check(table, |it| judge_url(it, &Rules::default()));
}

#[test]
fn an_ipv6_address_is_judged_by_where_it_leads() {
    let table = expect![[r#"
        loopback       https://[::1]/
        loopback       https://[0:0:0:0:0:0:0:1]/
        loopback       https://[0000:0000:0000:0000:0000:0000:0000:0001]/
        unspecified    https://[::]/
        loopback       https://[::0.0.0.1]/
        loopback       https://[::ffff:127.0.0.1]/
        loopback       https://[::ffff:7f00:1]/
        loopback       https://[::FFFF:7F00:0001]/
        loopback       https://[0:0:0:0:0:ffff:7f00:1]/
        loopback       https://[0:0:0:0:0:ffff:127.0.0.1]/
        reserved       https://[::127.0.0.1]/
        reserved       https://[::7f00:1]/
        reserved       https://[::ffff:0:127.0.0.1]/
        loopback       https://[64:ff9b::127.0.0.1]/
        loopback       https://[64:ff9b::7f00:1]/
        reserved       https://[64:ff9b:1::7f00:1]/
        tunnel         https://[2002:7f00:1::]/
        tunnel         https://[2002:c0a8:101::1]/
        tunnel         https://[2001:0:7f00:1::]/
        tunnel         https://[2001::80ff:fffe]/
        loopback       https://[2606:4700::5efe:127.0.0.1]/
        private        https://[2606:4700::200:5efe:a00:1]/
        link-local     https://[fe80::5efe:127.0.0.1]/
        malformed      https://[::1%25lo]/
        malformed      https://[fe80::1%25eth0]/
        link-local     https://[fe80::1]/
        private        https://[fd00::1]/
        private        https://[fc00::1]/
        private        https://[fec0::1]/
        multicast      https://[ff02::1]/
        documentation  https://[2001:db8::1]/
        documentation  https://[3fff::1]/
        reserved       https://[100::1]/
        metadata       https://[fd00:ec2::254]/
        metadata       https://[fd20:ce::254]/
        reserved       https://[5f00::1]/
        taken          https://[::ffff:8.8.8.8]/
        taken          https://[64:ff9b::8.8.8.8]/
    "#]];
    check(table, |it| judge_url(it, &Rules::default()));
}

#[test]
fn inside_addresses_are_seen_in_every_spelling() {
    let table = expect![[r#"
        unspecified    https://0/
        unspecified    https://0.0.0.0/
        unspecified    https://0x0/
        unspecified    https://00.00.00.00/
        unspecified    https://0.0.0.1/
        private        https://10.0.0.1/
        private        https://10.1/
        private        https://0xa.1/
        private        https://012.1/
        private        https://167772161/
        private        https://[::ffff:10.0.0.1]/
        private        https://172.16.0.1/
        private        https://172.31.255.255/
        taken          https://172.32.0.1/
        private        https://192.168.0.1/
        private        https://192.168.1/
        private        https://0xc0.0xa8.1/
        private        https://0300.0250.1/
        private        https://3232235777/
        private        https://[::ffff:c0a8:101]/
        private        https://[64:ff9b::192.168.1.1]/
        carrier-shared https://100.64.0.1/
        carrier-shared https://100.127.255.255/
        taken          https://100.128.0.1/
        metadata       https://100.100.100.200/
        metadata       https://0x64.0x64.0x64.0xc8/
        metadata       https://1684301000/
        metadata       https://[::ffff:100.100.100.200]/
        metadata       https://169.254.169.254/
        metadata       https://169.254.169.254./
        metadata       https://169.254.43518/
        metadata       https://169.16689662/
        metadata       https://2852039166/
        metadata       https://0xa9fea9fe/
        metadata       https://0xA9.0xFE.0xA9.0xFE/
        metadata       https://0251.0376.0251.0376/
        metadata       https://025177524776/
        metadata       https://[::ffff:169.254.169.254]/
        metadata       https://[::ffff:a9fe:a9fe]/
        metadata       https://[64:ff9b::a9fe:a9fe]/
        tunnel         https://[2002:a9fe:a9fe::]/
        metadata       https://169.254.170.2/
        metadata       https://169.254.0.23/
        link-local     https://169.254.1.1/
        metadata       https://192.0.0.192/
        metadata       https://168.63.129.16/
        reserved       https://192.0.0.1/
        documentation  https://192.0.2.1/
        documentation  https://198.51.100.1/
        documentation  https://203.0.113.1/
        reserved       https://198.18.0.1/
        reserved       https://198.19.255.255/
        tunnel         https://192.88.99.1/
        multicast      https://224.0.0.1/
        multicast      https://239.255.255.255/
        reserved       https://240.0.0.1/
        reserved       https://255.255.255.255/
        malformed      https://256.1.1.1/
        malformed      https://127.0.0.256/
        malformed      https://4294967296/
        malformed      https://0x100000000/
        malformed      https://1.2.3.4.5/
        malformed      https://127.0.0.1.5/
    "#]];
    check(table, |it| judge_url(it, &Rules::default()));
}

#[test]
fn names_and_whole_urls_are_judged() {
    let table = expect![[r#"
        loopback       https://localhost/
        loopback       https://LOCALHOST/
        loopback       https://localhost./
        loopback       https://LocalHost:8443/
        loopback       https://hooks.localhost/
        loopback       https://ⓛocalhost/
        loopback       https://loc%61lhost/
        inside name    https://metadata.google.internal/
        inside name    https://metadata/
        inside name    https://erp/
        inside name    https://printer.local/
        inside name    https://router.home.arpa/
        inside name    https://box.lan/
        credentials    https://user@hooks.example.com/
        credentials    https://user:secret@hooks.example.com/
        credentials    https://:secret@hooks.example.com/
        credentials    https://@hooks.example.com/
        credentials    https://hooks.example.com@127.0.0.1/
        credentials    https://127.0.0.1@hooks.example.com/
        credentials    https://hooks.example.com:443@127.0.0.1/
        fragment       https://hooks.example.com#@127.0.0.1/
        taken          https://hooks.example.com?to=a@b
        taken          https://hooks.example.com/@a
        fragment       https://hooks.example.com/#part
        malformed      https://hooks.example.com/a b
        malformed      https://hooks.example.com\@127.0.0.1/
        malformed      https:\\127.0.0.1\
        loopback       https:127.0.0.1
        loopback       https:/127.0.0.1/
        loopback       https:///127.0.0.1/
        loopback       https:////127.0.0.1/
        malformed      //127.0.0.1/
        scheme         http://hooks.example.com/
        scheme         HTTP://hooks.example.com/
        scheme         ftp://hooks.example.com/
        scheme         file:///etc/passwd
        scheme         gopher://127.0.0.1:70/_x
        scheme         data:text/plain,x
        scheme         javascript:alert(1)
        scheme         ws://hooks.example.com/
        scheme         unix:/run/docker.sock
        port           https://hooks.example.com:22/
        port           https://hooks.example.com:0/
        port           https://hooks.example.com:25/
        port           https://hooks.example.com:6379/
        malformed      https://hooks.example.com:65536/
        malformed      https://hooks.example.com:-1/
        taken          https://hooks.example.com:0443/
        taken          https://hooks.example.com:/
        malformed      https://
        malformed      https://.
        malformed      https://./
        malformed      https://../
        taken          https://a..example.com/
        malformed      https://[::1/
        malformed      https://[127.0.0.1]/
        malformed      https://[v1.x]/
        malformed      https://exa mple.com/
        malformed      https://xn--/
        malformed      https://％３１２７.0.0.1/
        malformed      hooks.example.com
        malformed      127.0.0.1
    "#]];
    check(table, |it| judge_url(it, &Rules::default()));
}

/// The edges of every range, from both sides.
#[test]
fn what_is_not_public_may_not_be_reached() {
    let table = expect![[r#"
        public         1.1.1.1
        public         9.255.255.255
        public         11.0.0.0
        public         100.63.255.255
        public         100.128.0.0
        public         126.255.255.255
        public         128.0.0.0
        public         169.253.255.255
        public         169.255.0.0
        public         172.15.255.255
        public         172.32.0.0
        public         191.255.255.255
        public         192.0.1.0
        public         192.167.255.255
        public         192.169.0.0
        public         198.17.255.255
        public         198.20.0.0
        public         223.255.255.255
        unspecified    0.255.255.255
        private        10.255.255.255
        loopback       127.0.0.1
        public         ::ffff:1.1.1.1
        public         64:ff9b::1.1.1.1
        private        64:ff9b::10.0.0.1
        reserved       64:ff9b:0:0:0:1:101:101
        public         2400:3200::1
        public         2606:4700::1
        public         2001:200::1
        reserved       2001:1ff:ffff::1
        public         2001:4860:4860::8888
        tunnel         2001:0:1:2:3:4:5:6
        public         2001:db7:ffff::1
        public         2001:db9::1
        public         2003::1
        public         3ffe::1
        documentation  3fff:fff:ffff::1
        public         3fff:1000::1
        reserved       1fff:ffff::1
        reserved       4000::1
        reserved       fbff::1
        reserved       fe00::1
        reserved       ::2
        reserved       ::ffff:ffff:ffff
        public         2606:4700::5efe:1.1.1.1
        private        2606:4700::5efe:192.168.0.1
    "#]];
    check(table, |it| match network::check(it.parse().unwrap(), &[]) {
        Ok(()) => "public".to_owned(),
        Err(Refusal(range)) => range.code().to_owned(),
    });
}

/// An allowed network opens itself, in all its spellings, and nothing beside it.
#[test]
fn what_is_allowed_may_be_reached() {
    let networks: Vec<IpNet> = vec!["10.20.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()];
    let rules = Rules { plain_http: true, ports: [9_000].into(), networks };
    let table = expect![[r#"
        taken          http://10.20.0.1:9000/
        taken          https://0xa140001/
        taken          https://[::ffff:10.20.0.1]/
        taken          https://[fd12::1]/
        taken          https://erp.internal/
        taken          https://erp/
        private        https://10.21.0.1/
        loopback       https://127.0.0.1/
        loopback       https://localhost/
        private        https://[fd13::1]/
        metadata       https://169.254.169.254/
        port           https://10.20.0.1:9001/
    "#]];
    check(table, |it| judge_url(it, &rules));
}

#[test]
fn control_characters_and_very_long_urls_are_refused() {
    let rules = Rules::default();
    for text in [
        "https://hooks.example.com/\n",
        "https://hooks.exam\tple.com/",
        "\u{0}https://hooks.example.com/",
        " https://hooks.example.com/",
        "https://127.0.0.1\u{a0}/",
    ] {
        assert_eq!(judge_url(text, &rules), "malformed", "{text:?}");
    }
    let long = format!("https://hooks.example.com/{}", "x".repeat(2_000));
    assert_eq!(judge_url(&long, &rules), "too long");
}
