// The gate as a Go service. usage: ISSUER=… AUDIENCE=… peer PORT ALGORITHM KEYFILE
package main

import (
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v4"
)

func readKey(algorithm, file string) interface{} {
	bytes, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	if algorithm == "HS256" {
		return bytes
	}
	key, err := jwt.ParseECPublicKeyFromPEM(bytes)
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: peer PORT ALGORITHM KEYFILE")
	}
	algorithm := os.Args[2]
	key := readKey(algorithm, os.Args[3])
	issuer, audience := os.Getenv("ISSUER"), os.Getenv("AUDIENCE")
	parser := jwt.NewParser(jwt.WithValidMethods([]string{algorithm}))
	keyFor := func(*jwt.Token) (interface{}, error) { return key, nil }

	http.HandleFunc("/gate/check", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		var claims jwt.RegisteredClaims
		text := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		_, err := parser.ParseWithClaims(text, &claims, keyFor)
		if err != nil || !claims.VerifyIssuer(issuer, true) || !claims.VerifyAudience(audience, true) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Auth-Subject", claims.Subject)
		w.WriteHeader(http.StatusOK)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
