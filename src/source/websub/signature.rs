//! Who may push: signatures (W3C WebSub section 7.1), and the secrets they are made with.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::model::websub::Secret;

/// Whether `header`, as `sha256=HEX`, is the signature of `body`. Compares in constant time.
pub fn is_signed(secret: &Secret, header: &str, body: &[u8]) -> bool {
    let Some((method, hex)) = header.trim().split_once('=') else { return false };
    let algorithm = match method.to_ascii_lowercase().as_str() {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return false,
    };
    let Some(given) = bytes(hex) else { return false };
    hmac::verify(&hmac::Key::new(algorithm, secret.0.as_bytes()), body, &given).is_ok()
}

/// So many random bytes, in hex; `None`: the system has none.
pub fn random<const BYTES: usize>() -> Option<Secret> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Secret(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_all_four_kinds_are_known_and_nothing_else_is() {
        // RFC 2202 section 3 and RFC 4231 section 4.3, test case 2: key "Jefe".
        let (secret, body) = (Secret("Jefe".to_owned()), b"what do ya want for nothing?");
        let sha1 = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let sha256 = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let sha384 = "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649";
        let sha512 = "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        for header in [sha1, sha256, sha384, sha512, &sha256.to_uppercase().replace("SHA", "sha")] {
            assert!(is_signed(&secret, header, body), "{header}");
            assert!(!is_signed(&secret, header, b"something else"));
            assert!(!is_signed(&Secret("jefe".to_owned()), header, body));
        }
        for header in ["", "sha256", "sha256=", "sha256=zz", "sha256=5bd", "sha1=5bdc", "md5=00", "sha256=é"]
        {
            assert!(!is_signed(&secret, header, body), "{header}");
        }
        assert!(!is_signed(&secret, &sha256[..60], body), "a part of it");
    }

    #[test]
    fn secrets_are_long_differ_and_are_never_shown() {
        let (one, other) = (random::<16>().expect("random"), random::<16>().expect("random"));
        assert_eq!(one.0.len(), 32);
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "…");
    }
}
