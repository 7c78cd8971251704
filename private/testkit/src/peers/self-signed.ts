// A certificate for localhost that nobody has signed but itself, and its key, for servers of tests.
// Place: below HTTPS servers of the suites.
// Rules: it protects nothing, so its key may lie here; valid for a hundred years.

/** The private key. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAdOZLBNkcUrGWL8C
bexIYXfSlPGSH9VUgc5CvQr16VqhRANCAAQ+9V6WJFtVKXvg16lqj5vF8FQLH6Lo
hlFA2Kvh3pqfq2wCSWKgTQFSDoJaXQkJmXdAtnSPLwOmGPiSs8nMR7Y0
-----END PRIVATE KEY-----
`;

/** The certificate, for `localhost` and `127.0.0.1`. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUPrmdQ7PbD4NZLQMM5biyJ1AzBkgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzEzMzkwOVoYDzIxMjYxMTAz
MTMzOTA5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ+9V6WJFtVKXvg16lqj5vF8FQLH6LohlFA2Kvh3pqfq2wCSWKgTQFS
DoJaXQkJmXdAtnSPLwOmGPiSs8nMR7Y0o28wbTAdBgNVHQ4EFgQUeneH3QX0O4O9
v1VryMd5h7y0lh4wHwYDVR0jBBgwFoAUeneH3QX0O4O9v1VryMd5h7y0lh4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAMyxAjTqWwupOyb21egPURyp8fZ8uWDF6FEmhqMn/YWOAiEA
pYFhDcycCtTJqUAw3c7A0zoBnnGiiMh7NvfnbeELqx4=
-----END CERTIFICATE-----
`;
