// mysql-dialect PORT: an SQL engine in memory that logs in and speaks as MySQL 8.0 does, on 127.0.0.1. It has no savepoints, and its
// transactions take nothing back: it shows logins and statements, not what is exactly once.
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
)

type forgetful struct{}

func (forgetful) Persist(*sql.Context, []byte) error { return nil }

func ownCertificate() (tls.Certificate, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	wanted := x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		NotAfter:     time.Now().AddDate(0, 0, 7),
		IPAddresses:  []net.IP{net.ParseIP("127.0.0.1")},
	}
	signed, err := x509.CreateCertificate(rand.Reader, &wanted, &wanted, public, private)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: private}, err
}

func obey(engine *sqle.Engine, databases *memory.DbProvider, statements ...string) error {
	client := sql.Client{User: "root", Address: "localhost"}
	session := memory.NewSession(sql.NewBaseSessionWithClientServer("", client, 1), databases)
	ctx := sql.NewContext(context.Background(), sql.WithSession(session))
	for _, statement := range statements {
		_, rows, _, err := engine.Query(ctx, statement)
		if err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		if _, err = sql.RowIterToRows(ctx, rows); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func run(port string) error {
	weir := memory.NewDatabase("weir")
	weir.BaseDatabase.EnablePrimaryKeyIndexes()
	databases := memory.NewDBProvider(weir)
	engine := sqle.NewDefault(databases)

	accounts := engine.Analyzer.Catalog.MySQLDb
	accounts.SetPersister(forgetful{})
	change := accounts.Editor()
	accounts.AddSuperUser(change, "root", "localhost", "")
	change.Close()
	if err := obey(engine, databases, "CREATE USER 'weir'@'%' IDENTIFIED WITH caching_sha2_password BY 'weir'",
		"GRANT ALL ON *.* TO 'weir'@'%'"); err != nil {
		return err
	}

	certificate, err := ownCertificate()
	if err != nil {
		return err
	}
	listening, err := server.NewServer(server.Config{
		Protocol:  "tcp",
		Address:   net.JoinHostPort("127.0.0.1", port),
		Version:   "8.0.33",
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}, engine, sql.NewContext, memory.NewSessionBuilder(databases), nil)
	if err != nil {
		return err
	}
	return listening.Start()
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
