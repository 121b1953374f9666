// Sends events as Docker does: HOST PORT plain|ack|subsecond|json COUNT.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/fluent/fluent-logger-golang/fluent"
)

func main() {
	port, _ := strconv.Atoi(os.Args[2])
	count, _ := strconv.Atoi(os.Args[4])
	mode := os.Args[3]
	client, err := fluent.New(fluent.Config{
		FluentHost: os.Args[1], FluentPort: port, TagPrefix: "go", MaxRetry: 1,
		RequestAck: mode == "ack", SubSecondPrecision: mode == "subsecond", MarshalAsJSON: mode == "json",
	})
	for n := 0; err == nil && n < count; n++ {
		err = client.PostWithTime("app", time.Now(), map[string]interface{}{"n": n, "log": "a line", "source": "stdout"})
	}
	if err == nil {
		err = client.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
