//! HTTP, WebSocket, OpenAPI and the web app.
