//! Does what a host does: makes its own HTTP client, and this crate's beside it. A panic is a
//! failure.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(feature = "installs")]
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider was installed before the host's own")?;
    let own = reqwest::Client::new();
    let request = own.get("https://localhost/").build()?;
    assert_eq!(request.url().scheme(), "https");
    #[cfg(feature = "client")]
    {
        let transport = parceltrail::client::HttpTransport::new()?;
        println!("both clients exist: {}", !format!("{transport:?}").is_empty());
    }
    let registry = parceltrail::Registry::builtin();
    println!("{} feeds are decoded", registry.iter().count());
    Ok(())
}
