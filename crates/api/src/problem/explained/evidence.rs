//! What keeps evidence from being taken in or given out.

use super::{Explained, explained};

#[rustfmt::skip]
pub(super) const EXPLAINED: &[Explained] = &[
    explained("evidence-empty", &[422], ("文件是空的", "evidence empty"),
        ("重新选择文件上传", "choose the file again and upload it")),
    explained("evidence-too-large", &[413], ("凭证过大", "evidence too large"),
        ("压缩或截短后重新上传", "make it smaller or shorter and upload it again")),
    explained("evidence-too-many", &[409], ("凭证数量已满", "too much evidence"),
        ("这个售后单不能再加凭证", "the case takes no more of it")),
    explained("evidence-unsupported", &[415], ("不支持这种文件", "evidence of another kind"),
        ("按内容判断类型；换成 `detail` 列出的类型",
        "the content counts, not the name; send one of the kinds that `detail` lists")),
    explained("evidence-truncated", &[422], ("文件不完整", "evidence truncated"),
        ("重新导出或拍摄后上传", "export or take it again and upload that")),
    explained("evidence-unreadable", &[422], ("文件无法读取", "evidence unreadable"),
        ("换成能打开的文件", "send a file that can be opened")),
    explained("evidence-dangerous", &[422], ("文件含有危险内容", "evidence dangerous"),
        ("换成不含脚本和程序的文件", "send a file without scripts and programs in it")),
    explained("evidence-too-many-pixels", &[422], ("图片尺寸过大", "too many pixels"),
        ("缩小图片后重新上传", "make the picture smaller and upload it again")),
    explained("evidence-unpacks-too-large", &[422], ("解压后过大", "unpacks too large"),
        ("换成更小的文件", "send a smaller file")),
    explained("upload-broke-off", &[400], ("上传中断", "upload broke off"),
        ("没有保存任何内容，请重新上传", "nothing was kept; upload it again")),
    explained("disk-full", &[507], ("存储空间已满", "storage full"),
        ("什么都没有保存；请运维人员清理空间",
        "nothing was kept; whoever runs the service has to make room")),
    explained("no-such-part", &[416], ("没有这一段", "no such part"),
        ("按 `Content-Range` 给出的长度请求", "ask within the length in `Content-Range`")),
];
