/** A shared screen, drawn: it has no snapshots. */
export function ScreenSign() {
  return (
    <svg className="screen-sign" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 4h18v12H3zM9 20h6M12 16v4" />
    </svg>
  );
}
