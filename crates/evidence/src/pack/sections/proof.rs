//! The evidence itself, and why it can be believed.

use kernel::Choice;

use super::super::{
    ChainState, Facts,
    build::Bundled,
    page::{Cell, Page},
    shown::{called, size},
};
use crate::{
    media::{Form, Media},
    record::{Evidence, Likeness},
};

pub(super) fn photos(page: &mut Page, facts: &Facts<'_>, bundled: &[Bundled]) {
    page.section("八、凭证");
    if bundled.is_empty() {
        page.nothing("没有凭证。");
        return;
    }
    page.markup("<div class=\"photos\">\n");
    for it in bundled {
        photo(page, facts, it);
    }
    page.markup("</div>\n");
}

fn photo(page: &mut Page, facts: &Facts<'_>, it: &Bundled) {
    let evidence = &it.evidence;
    let source = called(evidence.source.code());
    let title = format!("凭证 {} · {source}提供", evidence.number);
    page.markup("<figure>\n");
    match &it.shown {
        Some(jpeg) => page.picture(jpeg, &title),
        None => page.markup("<div class=\"file\">").text(kind(evidence.media)).markup("</div>"),
    };
    page.markup("\n<figcaption>\n<p><strong>").text(&title).markup("</strong></p>\n");
    if !evidence.name.is_empty() {
        page.line(&format!("名称：{}", evidence.name));
    }
    let by = facts.who(&evidence.by);
    page.line(&format!("上传：{}，{by}", facts.at(evidence.uploaded_at)));
    if let Some(taken_at) = evidence.taken_at {
        page.line(&format!("拍摄：{}（相机时间）", facts.at(taken_at)));
    }
    page.line(&format!("原件：{}，{}", measures(evidence), it.file));
    if !it.is_whole {
        page.markup("<p class=\"bad\">").text("原件已损坏或丢失，未收入本包").markup("</p>\n");
    }
    if let Some(repeat) = &evidence.duplicate_of {
        let like = match repeat.like {
            Likeness::Content => "内容相同",
            Likeness::Picture => "画面相同",
        };
        let (order, case) = (&repeat.case.order, &repeat.case.case);
        let note = format!("{like}：此前已用于订单 {order} 的售后单 {case}");
        page.markup("<p class=\"bad\">").text(&note).markup("</p>\n");
    }
    page.markup("<p class=\"hash\">SHA-256 ").text(&evidence.hash.to_string());
    page.markup("</p>\n</figcaption>\n</figure>\n");
}

fn measures(evidence: &Evidence) -> String {
    let size = size(evidence.n_bytes);
    match evidence.size {
        Some((width, height)) => format!("{width} × {height}，{size}"),
        None => size,
    }
}

fn kind(media: Media) -> &'static str {
    match (media, media.form()) {
        (Media::Heic, _) => "照片（HEIC，见原件）",
        (_, Form::Photo) => "照片（见原件）",
        (_, Form::Video) => "视频（见原件）",
        (Media::Pdf, _) => "PDF 文件（见原件）",
        (Media::Text, _) => "文字（见沟通摘录）",
        (_, Form::Document) => "文件（见原件）",
    }
}

pub(super) fn integrity(page: &mut Page, facts: &Facts<'_>, bundled: &[Bundled]) {
    page.section("九、完整性");
    let chain = facts.chain;
    let (class, told) = match &chain.state {
        ChainState::Whole => (
            "<p class=\"good\">",
            "事件哈希链完整：每条记录都与前一条相连，入库后未被改动。".to_owned(),
        ),
        ChainState::Broken { version, why } => {
            ("<p class=\"bad\">", format!("事件哈希链在第 {version} 条断开：{why}"))
        }
        ChainState::Unsealed => ("<p class=\"note\">", "这些记录写入时还没有哈希链。".to_owned()),
    };
    page.markup(class).text(&told).markup("</p>\n");
    let n_whole = bundled.iter().filter(|it| it.is_whole).count();
    let originals = format!("{n_whole} / {}", bundled.len());
    page.pairs([
        ("记录条数", Cell::of(facts.history.len().to_string())),
        ("最新封印", Cell::set("hash", chain.head().unwrap_or("无"))),
        ("原件校验", Cell::of(format!("{originals} 份与入库时的 SHA-256 一致"))),
        ("文件清单", Cell::of("manifest.json 与 SHA256SUMS 列出本包每个文件的 SHA-256")),
    ]);
    page.markup("<footer>");
    page.text("核对方法：解压后运行 sha256sum -c SHA256SUMS；最新封印可向店铺系统核对。");
    page.markup("</footer>\n");
}
