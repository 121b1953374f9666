// A small OpenTelemetry Collector for tests: takes forward and OTLP, writes what came to a file or passes it on by OTLP.
package main

import (
	"os"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/fluentforwardreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

func parts() (made otelcol.Factories, failed error) {
	made.Telemetry = otelconftelemetry.NewFactory()
	made.Receivers, failed = otelcol.MakeFactoryMap[receiver.Factory](
		fluentforwardreceiver.NewFactory(), otlpreceiver.NewFactory())
	if failed != nil {
		return
	}
	made.Exporters, failed = otelcol.MakeFactoryMap[exporter.Factory](
		fileexporter.NewFactory(), otlpexporter.NewFactory(), otlphttpexporter.NewFactory())
	return
}

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "otelcol", Description: "a peer for tests", Version: "0.165.0"},
		Factories: parts,
	}
	settings.ConfigProviderSettings.ResolverSettings = confmap.ResolverSettings{
		DefaultScheme:     "file",
		ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory()},
	}
	if otelcol.NewCommand(settings).Execute() != nil {
		os.Exit(1) // it has said why
	}
}
