//! Workbooks and the tables that call themselves so.

use expect_test::expect;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::harness::{As, check};

fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn xlsx_is_read_cell_by_cell_from_the_sheet_that_has_a_header() {
    let bytes = workbook(|workbook| {
        let cover = workbook.add_worksheet();
        cover.write_string(0, 0, "说明").unwrap();
        cover.write_string(70_000, 200, "远处").unwrap();
        let sheet = workbook.add_worksheet();
        sheet.write_string(1, 1, "店铺订单").unwrap();
        let columns = ["订单编号", "订单状态", "买家实际支付金额", "订单付款时间", "下单时间"];
        for (column, name) in (1_u16..).zip(columns) {
            sheet.write_string(3, column, name).unwrap();
        }
        let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        let at = ExcelDateTime::parse_from_str("2026-11-11 08:00:00").unwrap();
        sheet.write_string(4, 1, "385438193763000001").unwrap();
        sheet.write_string(4, 2, "交易成功").unwrap();
        sheet.write_number(4, 3, 1_364.39_f64.next_up()).unwrap();
        sheet.write_datetime_with_format(4, 4, &at, &date).unwrap();
        sheet.write_number(4, 5, 46337.5).unwrap();
        sheet.write_number(6, 1, 385_438_193_763.0).unwrap();
        sheet.write_string(6, 2, "交易成功").unwrap();
        sheet.write_string(6, 3, "0.01").unwrap();
        sheet.write_number(7, 1, 385_438_193_763_000_001.0).unwrap();
        sheet.write_string(7, 2, "交易成功").unwrap();
        sheet.write_number(7, 3, 1.005).unwrap();
        sheet.write_formula(8, 1, "=1/0").unwrap();
    });
    check(
        As::Orders,
        &bytes,
        expect![[r#"
        5 no=385438193763000001 status=finished paid=1364.39 placed=2026-11-11 12:00:00 paid_at=2026-11-11 08:00:00
        7 no=385438193763 status=finished paid=0.01
        ✗ file row 8, column 订单编号: found `3.85438193763E17`; the number was saved as a number and has lost digits; export the column as text
        ✗ file row 8, column 买家实际支付金额: found `1.005`; an amount has at most two decimals; nothing is rounded
        ✗ file row 9, column 买家实际支付金额: found nothing; a value is required here
    "#]],
    );
}

#[test]
fn a_workbook_cut_short_is_damaged() {
    let bytes = workbook(|workbook| {
        workbook.add_worksheet().write_string(0, 0, "订单编号").unwrap();
    });
    check(
        As::Orders,
        bytes.get(..bytes.len() / 2).unwrap(),
        expect![[r#"
        file: is damaged (the archive has no readable index); export it again
    "#]],
    );
    check(
        As::Orders,
        &bytes,
        expect![[r#"
        file: has no header: none of the first rows names two known columns such as 订单编号 or order_no; the first row has `订单编号`
    "#]],
    );
}

#[test]
fn html_tables_called_xls_are_read() {
    check(
        As::Orders,
        "<html xmlns:x=\"urn:schemas\"><head><meta charset=utf-8><style>td{mso:'\\@'}</style></head><body>\n\
         <!-- <tr><td>no</td></tr> --><table border=1>\n\
         <tr><td colspan=3>订单 <b>导出</b></td></tr>\n\
         <tr><th>订单编号</th><th>订单状态</th><th>买家实际支付金额</th></tr>\n\
         <tr><td style='vnd.ms-excel.numberformat:@'>385438193763000001</td><td>交易&#25104;功</td><td>&yen;1,234.50&nbsp;</td></tr>\n\
         <tr><td>386<td>交易成功<td>1.00\n\
         </table></body></html>",
        expect![[r#"
            3 no=385438193763000001 status=finished paid=1234.50
            4 no=386 status=finished paid=1.00
        "#]],
    );
}

#[test]
fn xml_spreadsheets_of_2003_are_read() {
    check(
        As::Orders,
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:x\"><Worksheet ss:Name=\"1\"><Table>\n\
         <Row><Cell><Data ss:Type=\"String\">订单编号</Data></Cell><Cell><Data>买家留言</Data></Cell><Cell><Data>订单状态</Data></Cell><Cell><Data>买家实际支付金额</Data></Cell></Row>\n\
         <Row ss:Index=\"5\"><Cell><Data>385</Data></Cell><Cell ss:Index=\"3\"><Data>交易成功</Data></Cell><Cell><Data ss:Type=\"Number\">12.5</Data></Cell></Row>\n\
         </Table></Worksheet></Workbook>",
        expect![[r#"
            5 no=385 status=finished paid=12.50
        "#]],
    );
}
