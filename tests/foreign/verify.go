// Checks checkpoints, proofs, proof files and whole exports of the audit log with code that is not ours: the
// packages sumdb/note and sumdb/tlog of golang.org/x/mod, as Debian ships them.
//
// One JSON object a line comes in, one word a line goes out: good or bad.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go < cases.jsonl
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind  string   `json:"kind"`
	Vkey  string   `json:"vkey"`
	Note  string   `json:"note"`
	File  string   `json:"file"`
	Index int64    `json:"index"`
	Size1 int64    `json:"size1"`
	Size2 int64    `json:"size2"`
	Root1 string   `json:"root1"`
	Root2 string   `json:"root2"`
	Leaf  string   `json:"leaf"`
	Steps []string `json:"steps"`
}

var errBad = errors.New("bad")

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := answer(q); err != nil {
			fmt.Fprintln(out, "bad")
		} else {
			fmt.Fprintln(out, "good")
		}
	}
}

func answer(q question) error {
	switch q.Kind {
	case "checkpoint":
		_, err := checkpoint(q.Vkey, q.Note)
		return err
	case "inclusion":
		return inclusion(q)
	case "consistency":
		return consistency(q)
	case "proof":
		return proof(q.Vkey, q.File)
	case "tiles":
		return tiles(q.Vkey, q.File)
	}
	return errBad
}

// checkpoint opens the note and reads the three lines of c2sp.org/tlog-checkpoint.
func checkpoint(vkey, text string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errBad
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errBad
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func inclusion(q question) error {
	root, err1 := tlog.ParseHash(q.Root2)
	leaf, err2 := tlog.ParseHash(q.Leaf)
	steps, err3 := hashes(q.Steps)
	if err1 != nil || err2 != nil || err3 != nil {
		return errBad
	}
	return tlog.CheckRecord(tlog.RecordProof(steps), q.Size2, root, q.Index, leaf)
}

func consistency(q question) error {
	root1, err1 := tlog.ParseHash(q.Root1)
	root2, err2 := tlog.ParseHash(q.Root2)
	steps, err3 := hashes(q.Steps)
	if err1 != nil || err2 != nil || err3 != nil {
		return errBad
	}
	return tlog.CheckTree(tlog.TreeProof(steps), q.Size2, root2, q.Size1, root1)
}

// proof checks a whole file of c2sp.org/tlog-proof@v1 whose extra data is the leaf.
func proof(vkey, file string) error {
	head, note, found := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errBad
	}
	extra, found1 := cutPrefix(lines[1], "extra ")
	number, found2 := cutPrefix(lines[2], "index ")
	leaf, err1 := base64.StdEncoding.Strict().DecodeString(extra)
	index, err2 := strconv.ParseInt(number, 10, 64)
	steps, err3 := hashes(lines[3:])
	if !found1 || !found2 || err1 != nil || err2 != nil || err3 != nil {
		return errBad
	}
	if strconv.FormatInt(index, 10) != number {
		return errBad
	}
	tree, err := checkpoint(vkey, note)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(steps), tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// folder reads tiles of c2sp.org/tlog-tiles, which are those of sumdb without their height.
type folder string

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) read(place string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), place))
}
func (f folder) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := [][]byte{}
	for _, tile := range wanted {
		content, err := f.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

// tiles reads a whole exported log: every hash leads to the signed root, every entry has its hash.
func tiles(vkey, place string) error {
	from := folder(place)
	signed, err := from.read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := checkpoint(vkey, string(signed))
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, from)
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		indexes := []int64{}
		for at := first; at < first+width; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, at))
		}
		wanted, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		bundle, err := from.read(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
		if err != nil {
			return err
		}
		for _, hash := range wanted {
			if len(bundle) < 2 || len(bundle) < 2+int(bundle[0])<<8+int(bundle[1]) {
				return errBad
			}
			end := 2 + int(bundle[0])<<8 + int(bundle[1])
			if tlog.RecordHash(bundle[2:end]) != hash {
				return errBad
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return errBad
		}
	}
	return nil
}

func hashes(lines []string) ([]tlog.Hash, error) {
	found := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func cutPrefix(line, prefix string) (string, bool) {
	return strings.TrimPrefix(line, prefix), strings.HasPrefix(line, prefix)
}
