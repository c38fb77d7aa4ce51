//! Who may ask: access token, and the guard against web pages of other origins.
//!
//! A server on loopback is reachable by every page that the listener's browser shows. Two things
//! keep such pages out: the `Host` must be a loopback name (against DNS rebinding), and where a
//! browser names the origin of a request it must be ours (against cross-site requests and
//! WebSockets, which know no same-origin policy).

use std::net::IpAddr;

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use crate::error::{ApiError, ApiResult};

/// Cookie that carries the token once a page was opened with it.
pub(crate) const COOKIE_NAME: &str = "affetto_token";

/// What is demanded of every request.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The token that clients must show; `None` for an open server on loopback.
    pub token: Option<String>,
    /// Whether the server listens on loopback, so that only loopback names may be asked for.
    pub loopback: bool,
    /// Whether clients come over HTTPS.
    pub tls: bool,
}

/// How a request showed the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// No token is needed, or it came in a header or cookie.
    Quietly,
    /// In the address: the answer sets the cookie, so that the page's own files load.
    InAddress,
}

impl Access {
    /// Lets a request pass or says why not.
    pub(crate) fn check(&self, parts: &Parts) -> ApiResult<Shown> {
        let host = host(parts);
        if self.loopback && host.as_deref().is_some_and(|host| !is_loopback(host)) {
            return Err(ApiError::new(
                "forbidden_host",
                format!(
                    "the host {:?} is not this machine",
                    host.unwrap_or_default()
                ),
            )
            .hint("open http://127.0.0.1 with the server's port"));
        }
        self.check_origin(&parts.headers, host.as_deref(), &parts.uri)?;
        self.check_token(parts)
    }

    fn check_origin(&self, headers: &HeaderMap, host: Option<&str>, uri: &Uri) -> ApiResult<()> {
        let Some(origin) = text(headers, ORIGIN.as_str()) else {
            // Without an origin browsers still say that a page of another site asks. Such a page
            // may link to ours, but not read or start anything.
            let cross = text(headers, "sec-fetch-site") == Some("cross-site");
            let page = text(headers, "sec-fetch-mode") == Some("navigate") && !is_api(uri.path());
            return if cross && !page {
                Err(forbidden_origin("another site"))
            } else {
                Ok(())
            };
        };
        let origin_host = origin.split_once("://").map_or("", |(_, rest)| rest);
        let same = host.is_some_and(|host| host.eq_ignore_ascii_case(origin_host));
        // Any port of this machine will do on loopback: development servers hand requests on.
        if same || (self.loopback && is_loopback(origin_host)) {
            return Ok(());
        }
        Err(forbidden_origin(origin))
    }

    fn check_token(&self, parts: &Parts) -> ApiResult<Shown> {
        let Some(token) = &self.token else {
            return Ok(Shown::Quietly);
        };
        let bearer = text(&parts.headers, AUTHORIZATION.as_str()).and_then(|value| {
            value
                .strip_prefix("Bearer ")
                .or(value.strip_prefix("bearer "))
        });
        let in_address = parts
            .uri
            .query()
            .and_then(|query| pair(query, '&', "token"));
        let cookies = text(&parts.headers, COOKIE.as_str());
        let in_cookie = cookies.and_then(|cookies| pair(cookies, ';', COOKIE_NAME));
        let matches = |shown: Option<&str>| shown.is_some_and(|shown| same(shown.trim(), token));
        if matches(bearer) || matches(in_cookie) {
            Ok(Shown::Quietly)
        } else if matches(in_address) {
            Ok(Shown::InAddress)
        } else {
            let wrong = bearer.or(in_address).or(in_cookie).is_some();
            let message = if wrong {
                "the access token is wrong"
            } else {
                "an access token is needed"
            };
            Err(ApiError::new("unauthorized", message).hint(
                "send `Authorization: Bearer TOKEN` or add `?token=TOKEN`; the server printed it at start",
            ))
        }
    }
}

fn forbidden_origin(origin: &str) -> ApiError {
    ApiError::new(
        "forbidden_origin",
        format!("requests from {origin} are not allowed"),
    )
}

/// Whether a path does or tells something, as opposed to showing the page.
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/stream.")
}

fn host(parts: &Parts) -> Option<String> {
    let named = text(&parts.headers, HOST.as_str()).map(str::to_owned);
    named.or_else(|| parts.uri.authority().map(ToString::to_string))
}

/// Whether `name` or `name:port` means this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The value of `name=value` in a list.
fn pair<'a>(list: &'a str, separator: char, name: &str) -> Option<&'a str> {
    let pairs = list
        .split(separator)
        .filter_map(|item| item.trim().split_once('='));
    pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .next()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Compares without telling by the time where the first difference is.
fn same(shown: &str, token: &str) -> bool {
    let differing = shown
        .bytes()
        .zip(token.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    shown.len() == token.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[track_caller]
    fn check(access: &Access, uri: &str, headers: &[(&str, &str)], expected: &str) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let answer = match access.check(&parts) {
            Ok(shown) => format!("{shown:?}"),
            Err(error) => error.code.to_owned(),
        };
        assert_eq!(answer, expected, "{uri} {headers:?}");
    }

    #[test]
    fn loopback_takes_only_its_own_names() {
        let access = Access {
            token: None,
            loopback: true,
            tls: false,
        };
        for host in [
            "localhost:7377",
            "127.0.0.1",
            "[::1]:7377",
            "LOCALHOST",
            "127.1.2.3:80",
        ] {
            check(&access, "/api/v1/options", &[("host", host)], "Quietly");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:7377",
            "192.168.0.2",
            "[::2]",
        ] {
            check(
                &access,
                "/api/v1/options",
                &[("host", host)],
                "forbidden_host",
            );
        }
    }

    #[test]
    fn other_sites_are_kept_out() {
        let access = Access {
            token: None,
            loopback: true,
            tls: false,
        };
        let host = ("host", "127.0.0.1:7377");
        let with =
            |name, value, uri, expected| check(&access, uri, &[host, (name, value)], expected);
        with(
            "origin",
            "http://127.0.0.1:7377",
            "/api/v1/stations",
            "Quietly",
        );
        with(
            "origin",
            "http://localhost:5173",
            "/api/v1/stations",
            "Quietly",
        );
        with(
            "origin",
            "https://evil.example",
            "/api/v1/stations",
            "forbidden_origin",
        );
        with("origin", "null", "/api/v1/stations", "forbidden_origin");
        with(
            "sec-fetch-site",
            "cross-site",
            "/stream.ogg",
            "forbidden_origin",
        );
        with("sec-fetch-site", "same-origin", "/stream.ogg", "Quietly");
        let link = [
            host,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        check(&access, "/", &link, "Quietly");
        check(&access, "/stream.mp3", &link, "forbidden_origin");
    }

    #[test]
    fn elsewhere_a_token_is_needed() {
        let access = Access {
            token: Some("secret".into()),
            loopback: false,
            tls: false,
        };
        let with = |uri, headers: &[(&str, &str)], expected| check(&access, uri, headers, expected);
        with("/api/v1/options", &[], "unauthorized");
        with("/", &[("host", "studio.local:7377")], "unauthorized");
        with(
            "/api/v1/options",
            &[("authorization", "Bearer secret")],
            "Quietly",
        );
        with(
            "/api/v1/options",
            &[("authorization", "Bearer wrong!")],
            "unauthorized",
        );
        with("/stream.mp3?station=1&token=secret", &[], "InAddress");
        with("/?token=secre", &[], "unauthorized");
        with("/", &[("cookie", "a=b; affetto_token=secret")], "Quietly");
        let cross = [
            ("cookie", "affetto_token=secret"),
            ("origin", "https://evil.example"),
        ];
        with("/api/v1/options", &cross, "forbidden_origin");
    }
}
