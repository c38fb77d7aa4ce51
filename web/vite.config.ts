import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the server; the built page is served by the server itself. */
const server = process.env["AFFETTO_URL"] ?? "http://127.0.0.1:7377";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // The worklet and the stream worker must stay files: a data: address would break a strict CSP.
    assetsInlineLimit: 0,
    // The engraver is loaded only when a lead sheet is opened.
    chunkSizeWarningLimit: 1400,
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/stream.mp3": { target: server },
      "/stream.ogg": { target: server },
    },
  },
});
