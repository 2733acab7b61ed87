//! What is bought in tests, and what is asked about it.

use serde_json::Value;

/// An order of two dresses, 100 yuan each, with a buyer.
pub(crate) fn order() -> Value {
    serde_json::json!({
        "channel": "tmall",
        "buyer": {
            "account": "tb_lin2010", "name": "林小满", "phone": "13812345678",
            "address": "浙江省杭州市西湖区文三路 1 号",
        },
        "placed_at": "2026-11-10T08:00:00+08:00",
        "paid_at": "2026-11-10T08:01:00+08:00",
        "shipped_at": "2026-11-10T18:00:00+08:00",
        "lines": [{
            "sku": "DRESS-M", "title": "真丝连衣裙", "unit_price": 10_000, "quantity": 2,
            "class": "standard",
        }],
        "paid": {"cash": 20_000},
    })
}

/// The buyer wants to send one dress back.
pub(crate) fn application(case: &str) -> Value {
    serde_json::json!({
        "case": case,
        "request": {
            "kind": "return-refund", "reason": "no-reason-7d", "goods": "received",
            "pieces": [{"line": 1, "quantity": 1}],
        },
    })
}
