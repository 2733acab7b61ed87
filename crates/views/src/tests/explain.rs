//! A case in plain words.

use expect_test::{Expect, expect};
use policy::Language;

use crate::{
    explain::explain,
    tests::shop::{said, waiting},
};

#[track_caller]
fn check(language: Language, expected: Expect) {
    // The hash of the pack is of no interest here.
    let told =
        said(&waiting(), |of| explain(of, language).replace(of.pack.id().as_str(), "mini@1"));
    expected.assert_eq(&told);
}

#[test]
fn a_case_is_explained_in_chinese() {
    check(
        Language::Zh,
        expect![[r#"
            售后单 C1 · 订单 O1 · 审核中
              申请：退货退款 · 质量问题 · 有线头
              商品：短袖T恤 × 1/2
              申请金额：90.00 元
              申请时间：2026-11-12 12:00
              平台超时：2026-11-14 14:00
            裁定于 2026-11-12 13:00 · 策略包 mini@1
              1. 退款路径 · refund-path#return [PATH1-01]
                 已签收，商品要退回。
                 依据：已发货：是；已签收：是；退回商品：是
                 裁定：退款路径：退货
              2.*退货处理 · return#quality-in-window [PATH1-01]
                 依据：申请类型：退货退款；责任：商家责任；剩余天数：2 天；买家想要：退货
                 裁定：结论：同意退货；可自动执行：否；待办：人工审核；最多：20.00 元
              3. 紧急程度：没有条款，须人工处理
                 原因：没有适用的条款
                 依据：结论：同意退货；金额：80.00 元
            结论：同意退货
              标记：即将超时、买家情绪激动
            金额
              商品原价 100.00
              优惠分摊 -10.00
              先前的补偿和差价 -10.00
              发货运费 +2.00
              最多可退 82.00
              本次金额 80.00
                原路退回 70.00
                退回积分 10.00
              退货运费：商家
            待办
              人工审核 · 售后客服 · 截止 2026-11-12 17:00"#]],
    );
}

#[test]
fn a_case_is_explained_in_english() {
    check(
        Language::En,
        expect![[r#"
            Case C1 · order O1 · under review
              asked for: return refund · quality · 有线头
              goods: 短袖T恤 × 1/2
              amount asked for: CNY 90.00
              filed: 2026-11-12 12:00
              marketplace acts: 2026-11-14 14:00
            Judged 2026-11-12 13:00 · pack mini@1
              1. refund path · refund-path#return [PATH1-01]
                 Signed for and to come back.
                 facts: shipped: yes; signed: yes; returns goods: yes
                 ruling: route: return
              2.*return · return#quality-in-window [PATH1-01]
                 facts: kind: return refund; fault: merchant; days left: 2 days; wish: return
                 ruling: verdict: accept return; automatic: no; task: review; most: 20.00 yuan
              3. urgency: no clause, a person must look
                 why: no row of the table answers this
                 facts: verdict: accept return; amount: 80.00 yuan
            Outcome: accept return
              flags: deadline near, buyer upset
            Amount
              goods at list price 100.00
              share of coupons and promotions -10.00
              earlier compensation -10.00
              outward postage +2.00
              at most 82.00
              this time 80.00
                the way it was paid 70.00
                back as points 10.00
              return postage: merchant
            Owed
              review · agent · by 2026-11-12 17:00"#]],
    );
}

#[test]
fn a_case_nobody_has_judged_says_so() {
    let mut events = waiting();
    events.truncate(2);
    expect![[r#"
        售后单 C1 · 订单 O1 · 已提交
          申请：退货退款 · 质量问题 · 有线头
          商品：短袖T恤 × 1/2
          申请金额：90.00 元
          申请时间：2026-11-12 12:00
          平台超时：2026-11-14 14:00
        尚未裁定。"#]]
    .assert_eq(&said(&events, |of| explain(of, Language::Zh)));
}
