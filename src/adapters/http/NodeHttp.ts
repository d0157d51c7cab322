/**
 * node:http, without the web's classes.
 *
 * An import of node:http reads all that it exports, and so makes Node load undici for WebSocket and its like, which
 * takes as long as Node itself takes to start. Asked for this way, it is node:http alone.
 */
export const http = process.getBuiltinModule("node:http")
