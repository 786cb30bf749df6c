"""Identity providers as ``cdk.json`` names them."""

SAML = {
    "kind": "saml",
    "name": "agency",
    "metadataUrl": "https://login.agency.example/metadata",
    "emailAttribute": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "verifiedAttribute": "emailVerified",
}
OIDC = {
    "kind": "oidc",
    "name": "agency",
    "issuer": "https://login.agency.example/tenant",
    "clientId": "wpp-mcp-pool",
    "secretName": "identity-provider",
    "emailAttribute": "email",
    "verifiedAttribute": "email_verified",
}
