// One process that is an API server with its own store: what a node agent of a cluster lists and watches.
// Wants the store's folder and port, and behind them whatever kube-apiserver takes.
package main

import (
	"fmt"
	"net/url"
	"os"

	"go.etcd.io/etcd/server/v3/embed"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func local(port string) []url.URL {
	return []url.URL{{Scheme: "http", Host: "127.0.0.1:" + port}}
}

// startStore keeps what is written in `folder`; fast rather than safe from power cuts.
func startStore(folder, port string) (*embed.Etcd, error) {
	settings := embed.NewConfig()
	settings.Dir, settings.LogLevel, settings.UnsafeNoFsync = folder, "error", true
	settings.ListenClientUrls, settings.AdvertiseClientUrls = local(port), local(port)
	settings.ListenPeerUrls, settings.AdvertisePeerUrls = local("0"), local("0")
	settings.InitialCluster = settings.InitialClusterFromName(settings.Name)
	store, err := embed.StartEtcd(settings)
	if err == nil {
		<-store.Server.ReadyNotify()
	}
	return store, err
}

func main() {
	store, err := startStore(os.Args[1], os.Args[2])
	if err == nil {
		defer store.Close()
		server := app.NewAPIServerCommand()
		server.SetArgs(append([]string{"--etcd-servers=http://127.0.0.1:" + os.Args[2]}, os.Args[3:]...))
		err = server.Execute()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
