/** What stays on this machine, and which version runs. */

interface FooterProps {
  version: string | null;
}

export function Footer({ version }: FooterProps) {
  return (
    <footer className="footer">
      <p>
        Your words, your voice, your face and your moods stay with your own Affetto: no account, no
        cloud, no recording.
        {version && <span className="quiet"> Affetto {version}</span>}
      </p>
    </footer>
  );
}
