/** Entry of the page. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Boundary } from "./screen/frame/Boundary";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/screen.css";
import "./styles/senses.css";
import "./styles/steer.css";
import "./styles/songs.css";
import "./styles/set.css";
import "./styles/library.css";
import "./styles/songdock.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Boundary>
        <App />
      </Boundary>
    </StrictMode>,
  );
}
