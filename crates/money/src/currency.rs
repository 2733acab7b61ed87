kernel::choice! {
    /// An ISO 4217 currency in which our shops sell. All have two decimals.
    pub enum Currency {
        Cny = "CNY",
        Hkd = "HKD",
        Usd = "USD",
        Eur = "EUR",
    }
}
