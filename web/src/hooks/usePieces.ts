/** The pieces that the server keeps, newest first. */

import { useCallback, useEffect, useState } from "react";
import { api } from "../api/client";
import type { Piece } from "../api/types";

export interface Pieces {
  pieces: readonly Piece[];
  add(piece: Piece): void;
  remove(pieceId: string): void;
}

export function usePieces(): Pieces {
  const [pieces, setPieces] = useState<readonly Piece[]>([]);
  useEffect(() => {
    // Without an answer the list is empty; the connection itself is reported elsewhere.
    api.pieces().then(setPieces, () => undefined);
  }, []);
  const add = useCallback((piece: Piece) => {
    setPieces((list) => [piece, ...list.filter((other) => other.id !== piece.id)]);
  }, []);
  const remove = useCallback((pieceId: string) => {
    setPieces((list) => list.filter((piece) => piece.id !== pieceId));
  }, []);
  return { pieces, add, remove };
}
